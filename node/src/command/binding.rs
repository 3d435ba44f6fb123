//! `huxin binding`: which entries of a partner count here, by which rule, and which of their measures hold.

use super::Context;
use super::recognise::ListChoice;
use crate::fault::Fault;
use crate::say;
use huxin_api::model::{BindingsQuery, BindingsReply};
use huxin_protocol::ids::{CityCode, StatementId};

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin binding 620100 --list black")]
pub struct Args {
    /// The partner city
    pub partner: CityCode,
    /// Only this kind of list
    #[arg(long, value_enum)]
    pub list: Option<ListChoice>,
    /// Only this field
    #[arg(long)]
    pub field: Option<String>,
    /// Go on after this entry, the last of the answer before
    #[arg(long, value_name = "ID")]
    pub after: Option<StatementId>,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    let query =
        BindingsQuery { partner: args.partner, list: args.list.map(Into::into), field: args.field, after: args.after };
    let client = context.client()?;
    let mut reply = client.bindings(&query)?;
    // A page without an entry that counts is not the last one.
    while reply.bindings.is_empty() && reply.next.is_some() {
        reply = client.bindings(&BindingsQuery { after: reply.next, ..query.clone() })?;
    }
    context.show(&reply, |reply| say!("{}", screen(reply, context)))
}

fn screen(reply: &BindingsReply, context: &Context) -> String {
    let say = |english: &'static str, chinese: &'static str| context.choose(english, chinese);
    if reply.bindings.is_empty() {
        return say("nothing of this partner counts here", "该伙伴没有在此作数的条目").to_owned();
    }
    let mut table = super::table(&[
        say("entry", "条目"),
        say("subject", "主体"),
        say("list", "名单"),
        say("measures in force", "有效措施"),
        say("by rule", "所依规则"),
        say("to be known", "须知"),
    ]);
    for item in &reply.bindings {
        let mut known: Vec<&str> = Vec::new();
        if item.confirm_with_issuer {
            known.push(say("confirm with the issuer", "须与签发城市核实"));
        }
        known.extend(
            item.reasons
                .iter()
                .map(|reason| if context.is_chinese() { reason.text_zh.as_ref() } else { reason.text_en.as_ref() }),
        );
        table.add_row([
            item.id.to_string(),
            format!("{}\n{}", item.subject_name, item.subject),
            format!("{}\n{}", item.list_shown, item.field),
            item.measures.join(" "),
            item.recognised_by.map(|id| id.to_string()).unwrap_or_default(),
            known.join("; "),
        ]);
    }
    let mut out = table.to_string();
    if let Some(next) = reply.next {
        out.push_str(&format!("\n{} --after {next}", say("more:", "其余：")));
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use huxin_config::Language;

    #[test]
    fn what_binds_fits_the_screen_and_names_its_rule() {
        let long = "示例某某市某某区建设工程与市政设施维护管理有限责任公司（合成）".repeat(2);
        let reply: BindingsReply = serde_json::from_value(serde_json::json!({
            "bindings": [{
                "id": "620100-1234567", "subject": "uscc:91990099MA00000156", "subject_name": long, "list": "black",
                "list_shown": "安全生产严重失信主体名单", "field": "construction", "measures": ["D-B-01", "D-B-02"],
                "recognised_by": "330900-3", "confirm_with_issuer": true,
                "reasons": [{ "code": "disputed", "text_en": "an objection is open", "text_zh": "异议处理中" }],
            }],
            "next": "620100-1234567",
        }))
        .unwrap();
        for language in [Language::Chinese, Language::English] {
            let context = Context { config: "huxin.toml".into(), json: false, language };
            let text = screen(&reply, &context);
            assert!(text.lines().all(|line| crate::chinese::columns(line) <= 80), "{text}");
            assert!(text.contains("330900-3") && text.contains("D-B-01"), "{text}");
        }
    }
}
