//! Gossip as bytes: the messages of gossipsub 1.2, written field by field (protocol buffers), so that a test can send what
//! no library would.

/// Kinds of fields: a number, and bytes behind their length.
const NUMBER: u64 = 0;
const BYTES: u64 = 2;

/// A number in groups of seven bits, the lowest first.
fn number(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push((value as u8 & 0x7f) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn field(tag: u64, content: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(content.len() + 8);
    number(tag << 3 | BYTES, &mut out);
    number(content.len() as u64, &mut out);
    out.extend_from_slice(content);
    out
}

/// Bytes behind their length, as every message on a gossip stream.
#[must_use]
pub fn delimited(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + 4);
    number(bytes.len() as u64, &mut out);
    out.extend_from_slice(bytes);
    out
}

/// Several parts as one message, ready to be sent.
#[must_use]
pub fn message(parts: &[Vec<u8>]) -> Vec<u8> {
    delimited(&parts.concat())
}

/// Part: joins or leaves a topic.
#[must_use]
pub fn subscription(topic: &str, joins: bool) -> Vec<u8> {
    let mut content = Vec::new();
    number(1 << 3 | NUMBER, &mut content);
    number(u64::from(joins), &mut content);
    content.extend(field(2, topic.as_bytes()));
    field(1, &content)
}

/// Part: one message on a topic, without an author, as this federation's are.
#[must_use]
pub fn publication(topic: &str, data: &[u8]) -> Vec<u8> {
    field(2, &[field(2, data), field(4, topic.as_bytes())].concat())
}

/// Part: the same with an author and a place in a sequence, which no node of this federation sends.
#[must_use]
pub fn signed_publication(topic: &str, data: &[u8], author: &[u8]) -> Vec<u8> {
    field(2, &[field(1, author), field(2, data), field(3, &[0; 8]), field(4, topic.as_bytes())].concat())
}

/// Part: has these messages.
#[must_use]
pub fn has(topic: &str, ids: &[Vec<u8>]) -> Vec<u8> {
    let ids: Vec<u8> = ids.iter().flat_map(|id| field(2, id)).collect();
    field(3, &field(1, &[field(1, topic.as_bytes()), ids].concat()))
}

/// Part: wants these messages.
#[must_use]
pub fn wants(ids: &[Vec<u8>]) -> Vec<u8> {
    let ids: Vec<u8> = ids.iter().flat_map(|id| field(1, id)).collect();
    field(3, &field(2, &ids))
}

/// Part: does not want these messages.
#[must_use]
pub fn does_not_want(ids: &[Vec<u8>]) -> Vec<u8> {
    let ids: Vec<u8> = ids.iter().flat_map(|id| field(1, id)).collect();
    field(3, &field(5, &ids))
}

/// Part: wants to be in the mesh of a topic.
#[must_use]
pub fn graft(topic: &str) -> Vec<u8> {
    field(3, &field(3, &field(1, topic.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_the_bytes_of_protocol_buffers() {
        assert_eq!(subscription("ab", true), [0x0a, 6, 0x08, 1, 0x12, 2, b'a', b'b']);
        assert_eq!(publication("t", b"xy"), [0x12, 7, 0x12, 2, b'x', b'y', 0x22, 1, b't']);
        assert_eq!(has("t", &[vec![7]]), [0x1a, 8, 0x0a, 6, 0x0a, 1, b't', 0x12, 1, 7]);
        assert_eq!(wants(&[vec![7]]), [0x1a, 5, 0x12, 3, 0x0a, 1, 7]);
        assert_eq!(does_not_want(&[vec![7]]), [0x1a, 5, 0x2a, 3, 0x0a, 1, 7]);
        assert_eq!(graft("t"), [0x1a, 5, 0x1a, 3, 0x0a, 1, b't']);
    }

    #[test]
    fn a_length_of_two_bytes_is_written_lowest_first() {
        let bytes = delimited(&[9; 300]);
        assert_eq!((&bytes[..2], bytes.len()), (&[0xac, 0x02][..], 302));
        assert_eq!(message(&[graft("t"), wants(&[])]).len(), 1 + graft("t").len() + wants(&[]).len());
    }
}
