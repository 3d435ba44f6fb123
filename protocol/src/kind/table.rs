//! The table of kinds: number, names, who may say it, about what, what its body is, and by which command. One law for each kind:
//! the fold judges by it (R101 to R103), the door of issue refuses by it, SPEC prints it, and a test compares the two.

use super::Kind;
use crate::ids::CityCode;

/// Who may say a statement of this kind with effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Any member, of itself.
    Any,
    /// Only the city in whose log the statement stands that it is about.
    ListingCity,
    /// Only another city than that.
    OtherCity,
    /// Only the city that listed the entry which the statement named is about: whoever listed answers what is filed.
    AnsweringCity,
    /// Only the city in whose own log the statement named stands, since it takes its own word back.
    SameCity,
}

/// What a statement of this kind may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// It is about nothing, and whatever its `about` says is not looked at.
    Nothing,
    /// An Entry or an Amendment.
    Listing,
    /// An Entry, an Amendment, or what a city says beside its listings ([`Kind::is_act`]).
    ListingOrAct,
    /// An ending.
    Ending,
    /// A Suspension.
    Suspension,
    /// What is filed for a subject: a RepairApplication or an Objection.
    Filing,
    /// A filing or a Decline.
    FilingOrDecline,
}

/// What becomes of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// Of a listing: rulings read it, and an erasure of the entry takes it away.
    Listing,
    /// Public, read by rulings, and never erased (R34).
    Trust,
    /// What a city says beside its listings: its own city may erase it, and its effect is by header (R145).
    Act,
}

/// Why a statement may not act on what it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// Only the city that listed may say this (`not_the_listing_city`).
    NotTheListingCity,
    /// Only the city that said it may take it back (`not_the_same_city`).
    NotTheSameCity,
    /// The statement named is of a kind, or of a city, that this cannot act on (`wrong_target`).
    WrongTarget,
}

/// What the rules say of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub kind: Kind,
    /// The Chinese name on screens.
    pub chinese: &'static str,
    pub who: Who,
    pub about: Target,
    /// Whether it wins by its header alone, for ever (R31).
    pub is_ending: bool,
    /// Whether it eases the subject's burden by its header alone, and so keeps its effect where a record leaves it behind (R31).
    pub is_relief: bool,
    pub text: Text,
    /// Whether this release gives the kind an effect; the others are reserved.
    pub is_supported: bool,
    /// The command that says it.
    pub verb: Option<&'static str>,
}

/// The statement that another one acts on, as far as the law of kinds looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub kind: Kind,
    /// The city in whose log it stands.
    pub city: CityCode,
    /// The city in whose log the statement stands that it is about itself.
    pub about: Option<CityCode>,
}

impl Row {
    /// Whether a statement of `city` may act so on the statement that it names.
    ///
    /// # Errors
    /// Why not: of whom it would have to be is asked first, since no statement that may still arrive can mend that (R103).
    pub fn may_act_on(&self, city: CityCode, named: &Named) -> Result<(), Misfit> {
        self.may_act_on_log(city, named.city)?;
        let on = named.kind;
        let fits = match self.about {
            Target::Nothing => true,
            Target::Listing => on.is_listing(),
            Target::ListingOrAct => on.is_listing() || on.is_act(),
            Target::Ending => on.is_ending(),
            Target::Suspension => on == Kind::Suspension,
            Target::Filing => on.is_filing(),
            Target::FilingOrDecline => on.is_filing() || on == Kind::Decline,
        };
        if !fits || (self.who == Who::OtherCity && city == named.city) {
            return Err(Misfit::WrongTarget);
        }
        if self.who == Who::AnsweringCity && named.about != Some(city) {
            return Err(Misfit::NotTheListingCity);
        }
        Ok(())
    }

    /// As [`Row::may_act_on`], before anything is known of the statement that is named but its place.
    ///
    /// # Errors
    /// [`Misfit::NotTheListingCity`], [`Misfit::NotTheSameCity`].
    pub fn may_act_on_log(&self, city: CityCode, of: CityCode) -> Result<(), Misfit> {
        match self.who {
            Who::ListingCity if city != of => Err(Misfit::NotTheListingCity),
            Who::SameCity if city != of => Err(Misfit::NotTheSameCity),
            _ => Ok(()),
        }
    }

    /// Whether it must name a statement (R33).
    #[must_use]
    pub const fn needs_about(&self) -> bool {
        !matches!(self.about, Target::Nothing)
    }
}

const fn row(kind: Kind, chinese: &'static str, who: Who, about: Target, text: Text) -> Row {
    Row { kind, chinese, who, about, is_ending: false, is_relief: false, text, is_supported: false, verb: None }
}

impl Row {
    const fn ends(self) -> Self {
        Self { is_ending: true, is_relief: true, ..self }
    }
    const fn rests(self) -> Self {
        Self { is_relief: true, ..self }
    }
    const fn said_by(self, verb: &'static str) -> Self {
        Self { is_supported: true, verb: Some(verb), ..self }
    }
}

/// Every kind that has a number, ascending.
pub const TABLE: &[Row] = &[
    row(Kind::Entry, "条目", Who::Any, Target::Nothing, Text::Listing).said_by("publish"),
    row(Kind::Amendment, "更正", Who::ListingCity, Target::Listing, Text::Listing).said_by("amend"),
    row(Kind::Annulment, "撤销", Who::ListingCity, Target::Listing, Text::Act).ends().said_by("annul"),
    row(Kind::Removal, "移出", Who::ListingCity, Target::Listing, Text::Act).ends().said_by("remove"),
    row(Kind::Repair, "信用修复", Who::ListingCity, Target::Listing, Text::Act).ends().said_by("repair"),
    row(Kind::Erasure, "删除", Who::ListingCity, Target::ListingOrAct, Text::Act).ends().said_by("erase"),
    row(Kind::Reinstatement, "恢复", Who::ListingCity, Target::Ending, Text::Act).said_by("reinstate"),
    row(Kind::Suspension, "暂停", Who::ListingCity, Target::Listing, Text::Act).rests().said_by("suspend"),
    row(Kind::Resumption, "恢复执行", Who::ListingCity, Target::Suspension, Text::Act).said_by("resume"),
    row(Kind::Response, "响应", Who::OtherCity, Target::Listing, Text::Act).said_by("respond"),
    row(Kind::Feedback, "执行反馈", Who::Any, Target::Listing, Text::Act).said_by("feedback"),
    row(Kind::RepairApplication, "修复申请", Who::OtherCity, Target::Listing, Text::Act).said_by("apply"),
    row(Kind::Objection, "异议", Who::OtherCity, Target::Listing, Text::Act).said_by("object"),
    row(Kind::Ruling, "处理结果", Who::AnsweringCity, Target::Filing, Text::Act).said_by("rule"),
    row(Kind::Step, "办理进度", Who::AnsweringCity, Target::Filing, Text::Act).said_by("step"),
    row(Kind::Withdrawal, "撤回", Who::SameCity, Target::FilingOrDecline, Text::Act).said_by("withdraw"),
    row(Kind::Commitment, "信用承诺", Who::Any, Target::Nothing, Text::Act),
    row(Kind::Evaluation, "信用评价", Who::Any, Target::Nothing, Text::Act),
    row(Kind::BodyLost, "正文遗失", Who::Any, Target::Nothing, Text::Act),
    row(Kind::NodeAnnouncement, "节点公告", Who::Any, Target::Nothing, Text::Trust).said_by("announce"),
    row(Kind::Recognition, "互认", Who::Any, Target::Nothing, Text::Trust).said_by("recognise"),
    row(Kind::Decline, "不予适用", Who::OtherCity, Target::Listing, Text::Act).said_by("decline"),
    row(Kind::Proposal, "提案", Who::Any, Target::Nothing, Text::Trust),
    row(Kind::WitnessDigest, "见证摘要", Who::Any, Target::Nothing, Text::Trust),
];

/// Place in [`TABLE`] by number, and its length where there is none: these questions are asked of every statement again and again.
const PLACES: [usize; 64] = {
    let mut places = [TABLE.len(); 64];
    let mut at = 0;
    while at < TABLE.len() {
        places[TABLE[at].kind.number() as usize] = at;
        at += 1;
    }
    places
};

impl Kind {
    /// What the rules say of it; nothing of a kind that this release does not know.
    #[must_use]
    pub const fn row(self) -> Option<&'static Row> {
        let number = self.number() as usize;
        if number < PLACES.len() && PLACES[number] < TABLE.len() { Some(&TABLE[PLACES[number]]) } else { None }
    }

    /// Annulment, Removal, Repair and Erasure: they win, by header alone, for ever (R31).
    #[must_use]
    pub const fn is_ending(self) -> bool {
        matches!(self.row(), Some(row) if row.is_ending)
    }
    /// The endings and Suspension: they ease the subject's burden, by header alone (R31).
    #[must_use]
    pub const fn is_relief(self) -> bool {
        matches!(self.row(), Some(row) if row.is_relief)
    }
    /// RepairApplication and Objection: what a city files for a subject, and the listing city answers.
    #[must_use]
    pub const fn is_filing(self) -> bool {
        matches!(self, Self::RepairApplication | Self::Objection)
    }
    /// Entry and Amendment: they list, and need a ground (R32).
    #[must_use]
    pub const fn is_listing(self) -> bool {
        matches!(self.row(), Some(row) if matches!(row.text, Text::Listing))
    }
    /// Whether this release gives the kind an effect; the other numbers are reserved or unknown.
    #[must_use]
    pub const fn is_supported(self) -> bool {
        matches!(self.row(), Some(row) if row.is_supported)
    }
    /// Kinds that act on another statement and must name it (R33).
    #[must_use]
    pub const fn needs_about(self) -> bool {
        matches!(self.row(), Some(row) if row.needs_about())
    }
    /// Bodies of trust kinds are public and never erased (R34).
    #[must_use]
    pub const fn is_trust(self) -> bool {
        matches!(self.row(), Some(row) if matches!(row.text, Text::Trust))
    }
    /// What a city says beside its listings: its text is the city's own to erase, and its effect is by header (R145).
    #[must_use]
    pub const fn is_act(self) -> bool {
        matches!(self.row(), Some(row) if matches!(row.text, Text::Act))
    }
    /// Whether a ruling reads the body. The lack of any other is nobody's loss but that text's (R134).
    #[must_use]
    pub const fn is_read_by_rulings(self) -> bool {
        self.is_listing() || matches!(self, Self::Recognition | Self::Decline | Self::Response)
    }
    /// Its name on Chinese screens.
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self.row() {
            Some(row) => row.chinese,
            None => "声明",
        }
    }
}
