//! Chance bytes as a list of choices: what a target does next, and with what. Where they end every further choice is the
//! first one, so each input means something and a cut one means a shorter story.

/// A cursor over the choices.
#[derive(Debug)]
pub struct Script<'a> {
    left: &'a [u8],
}

impl<'a> Script<'a> {
    #[must_use]
    pub const fn new(input: &'a [u8]) -> Self {
        Self { left: input }
    }
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.left.is_empty()
    }
    pub fn byte(&mut self) -> u8 {
        self.number::<1>()[0]
    }
    pub fn short(&mut self) -> u16 {
        u16::from_be_bytes(self.number())
    }
    pub fn wide(&mut self) -> u64 {
        u64::from_be_bytes(self.number())
    }
    /// One of the first `bound` numbers; bounds are small, so that a byte decides.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound <= 1 { 0 } else { usize::from(self.byte()) % bound }
    }
    /// One item of a list, if there is any.
    pub fn of<'l, T>(&mut self, list: &'l [T]) -> Option<&'l T> {
        list.get(self.below(list.len()))
    }
    /// True so many times in 256.
    pub fn hits(&mut self, of_256: u8) -> bool {
        self.byte() < of_256
    }
    /// Bytes of a length that stands before them.
    pub fn part(&mut self) -> &'a [u8] {
        let length = usize::from(self.short()).min(self.left.len());
        let (part, left) = self.left.split_at(length);
        self.left = left;
        part
    }
    pub fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.left)
    }
    fn number<const N: usize>(&mut self) -> [u8; N] {
        let mut number = [0; N];
        let length = N.min(self.left.len());
        let (head, left) = self.left.split_at(length);
        number[..length].copy_from_slice(head);
        self.left = left;
        number
    }
}
