//! What a city says to another one's entry: which measures it applies, and what its departments did.

use super::{Sending, or_today, send};
use crate::command::Context;
use crate::fault::Fault;
use huxin_api::model::{FeedbackRequest, JointRequest, ResponseRequest};
use huxin_protocol::body::{Answer, Department, Done, MeasureAnswer};
use huxin_protocol::ids::StatementId;
use huxin_protocol::time::Date;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin respond 620100-4 --apply D-B-01 --apply D-B-02=2026-03-01 --decline D-B-03=本市无此业务\n  huxin respond 620100-4 --not-applicable D-B-07"
)]
pub struct RespondArgs {
    /// Another city's entry
    pub id: StatementId,
    /// A measure that is applied here; with =DATE from that day on
    #[arg(long, value_name = "CODE[=DATE]", required_unless_present_any = ["decline", "not_applicable"])]
    pub apply: Vec<String>,
    /// A measure that is not applied here, and why
    #[arg(long, value_name = "CODE=REASON")]
    pub decline: Vec<String>,
    /// A measure that cannot be applied to anything here; with =REASON why
    #[arg(long, value_name = "CODE[=REASON]")]
    pub not_applicable: Vec<String>,
    /// A word about the whole answer
    #[arg(long)]
    pub note: Option<String>,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum DoneChoice {
    Applied,
    Lifted,
    NotApplicable,
    NoCase,
}

impl From<DoneChoice> for Done {
    fn from(choice: DoneChoice) -> Self {
        match choice {
            DoneChoice::Applied => Self::Applied,
            DoneChoice::Lifted => Self::Lifted,
            DoneChoice::NotApplicable => Self::NotApplicable,
            DoneChoice::NoCase => Self::NoCase,
        }
    }
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  huxin feedback 620100-4 D-B-01 --done applied --department 样例市住房和城乡建设局")]
pub struct FeedbackArgs {
    /// The entry that carries the measure
    pub id: StatementId,
    /// The measure's code
    pub measure: String,
    /// What became of it
    #[arg(long, value_enum)]
    pub done: DoneChoice,
    /// The department that did it
    #[arg(long, value_name = "NAME")]
    pub department: String,
    /// The department's unified social credit code
    #[arg(long, value_name = "USCC")]
    pub department_code: Option<String>,
    /// The day on which it was done; without it today
    #[arg(long, value_name = "DATE")]
    pub on: Option<Date>,
    /// The first day of the measure
    #[arg(long, value_name = "DATE")]
    pub from: Option<Date>,
    /// The last day of the measure
    #[arg(long, value_name = "DATE")]
    pub until: Option<Date>,
    /// Number of the case in which it was applied
    #[arg(long)]
    pub case_number: Option<String>,
    /// What came of it
    #[arg(long)]
    pub outcome: Option<String>,
    #[command(flatten)]
    pub sending: Sending,
}

pub fn respond(args: RespondArgs, context: &Context) -> Result<(), Fault> {
    let mut answers = Vec::new();
    for text in &args.apply {
        let (measure, from) = parted(text);
        let from = from.map(|day| day.parse::<Date>().map_err(|fault| not_a_day(day, &fault))).transpose()?;
        answers.push(MeasureAnswer { measure, answer: Answer::Applies, reason: None, from });
    }
    for (texts, answer) in [(&args.decline, Answer::Declined), (&args.not_applicable, Answer::NotApplicable)] {
        answers.extend(texts.iter().map(|text| {
            let (measure, reason) = parted(text);
            MeasureAnswer { measure, answer, reason: reason.map(str::to_owned), from: None }
        }));
    }
    let request = ResponseRequest { answers, note: args.note, agency: args.sending.agency };
    send(args.id, JointRequest::Response(request), args.sending.yes, context)
}

/// `CODE=…` in its parts.
fn parted(text: &str) -> (String, Option<&str>) {
    match text.split_once('=') {
        Some((code, rest)) => (code.trim().to_owned(), Some(rest.trim())),
        None => (text.trim().to_owned(), None),
    }
}

fn not_a_day(text: &str, fault: &impl std::fmt::Display) -> Fault {
    Fault::usage("usage", format_args!("{text:?} is no day: {fault}"))
        .trying("write it as in `huxin respond 620100-4 --apply D-B-01=2026-03-01`")
}

pub fn feedback(args: FeedbackArgs, context: &Context) -> Result<(), Fault> {
    let request = FeedbackRequest {
        measure: args.measure,
        done: args.done.into(),
        department: Department { name: args.department, uscc: args.department_code },
        on: or_today(args.on),
        from: args.from,
        until: args.until,
        case_number: args.case_number,
        outcome: args.outcome,
        agency: args.sending.agency,
    };
    send(args.id, JointRequest::Feedback(request), args.sending.yes, context)
}

#[cfg(test)]
mod tests {
    use super::parted;

    #[test]
    fn a_measure_and_what_is_said_of_it_are_parted_at_the_first_sign() {
        for (text, due) in [
            ("D-B-01", ("D-B-01", None)),
            ("D-B-01=2026-03-01", ("D-B-01", Some("2026-03-01"))),
            ("D-B-01 = 理由=有", ("D-B-01", Some("理由=有"))),
            ("D-B-01=", ("D-B-01", Some(""))),
        ] {
            let (code, rest) = parted(text);
            assert_eq!((code.as_str(), rest), due, "{text}");
        }
    }
}
