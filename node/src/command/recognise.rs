//! `huxin recognise`: the city's signed rule which of a partner's entries count here. Without a partner it lists the rules.

use super::Context;
use super::publish::show_reply;
use crate::fault::Fault;
use crate::say;
use huxin_api::model::RecognitionsReply;
use huxin_protocol::body::{List, RecognitionBody, Severity};
use huxin_protocol::ids::CityCode;
use huxin_protocol::time::Date;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum ListChoice {
    Red,
    Black,
    Watch,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum SeverityChoice {
    Minor,
    General,
    Serious,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin recognise                                     the rules in force\n  huxin recognise 620100 --lists red,black --from 2026-01-01\n  huxin recognise 620100 --from 2026-01-01 --decided-since 2021-01-01   what was decided earlier counts too\n  huxin recognise 620100 --nothing --from 2026-01-01   withdraw recognition"
)]
pub struct Args {
    /// The partner city
    pub partner: Option<CityCode>,
    /// Which lists count
    #[arg(long, value_enum, value_delimiter = ',', default_value = "red,black,watch")]
    pub lists: Vec<ListChoice>,
    /// Nothing of this partner counts any more
    #[arg(long, conflicts_with = "lists")]
    pub nothing: bool,
    /// Only these fields; without it all
    #[arg(long, value_delimiter = ',')]
    pub fields: Option<Vec<String>>,
    /// Only these measures; without it all
    #[arg(long, value_delimiter = ',')]
    pub measures: Option<Vec<String>>,
    /// Black and watch entries below this severity do not count
    #[arg(long, value_enum)]
    pub minimum_severity: Option<SeverityChoice>,
    /// Entries decided longer ago do not count
    #[arg(long, value_name = "MONTHS")]
    pub decided_within_months: Option<u16>,
    /// Entries decided before this day do not count; without it those decided before the first day of the rule
    #[arg(long, value_name = "DATE")]
    pub decided_since: Option<Date>,
    /// Entries do not count while they are disputed
    #[arg(long)]
    pub suspend_while_disputed: bool,
    /// First day of the rule
    #[arg(long, value_name = "DATE", requires = "partner")]
    pub from: Option<Date>,
    /// Last day of the rule
    #[arg(long, value_name = "DATE")]
    pub until: Option<Date>,
    /// Hours after which a silent partner counts as stale
    #[arg(long, default_value_t = 24)]
    pub freshness_hours: u16,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    let client = context.client()?;
    let Some(partner) = args.partner else {
        return context.show(&client.recognitions()?, show_rules);
    };
    let Some(valid_from) = args.from else {
        return Err(Fault::usage("usage", "say from which day the rule holds").trying("add --from 2026-01-01"));
    };
    let mut lists: Vec<List> = args.lists.into_iter().map(List::from).collect();
    lists.sort_unstable();
    lists.dedup();
    let rule = RecognitionBody {
        partner,
        lists: if args.nothing { Vec::new() } else { lists },
        fields: args.fields.map(sorted),
        measures: args.measures.map(sorted),
        minimum_severity: args.minimum_severity.map(Severity::from),
        decided_within_months: args.decided_within_months,
        decided_since: args.decided_since,
        suspend_while_disputed: args.suspend_while_disputed,
        valid_from,
        valid_until: args.until,
        freshness_hours: args.freshness_hours,
    };
    if !args.nothing && rule.decided_since.is_none() {
        crate::tell!(
            "note: what {partner} decided before {valid_from} does not count by this rule; where it should, say --decided-since DATE"
        );
    }
    context.show(&client.recognise(&rule)?, show_reply)
}

fn sorted(mut items: Vec<String>) -> Vec<String> {
    items.sort_unstable();
    items.dedup();
    items
}

fn show_rules(reply: &RecognitionsReply) {
    let mut table = super::table(&["city", "recognises", "lists", "decided since", "from", "until", "rule"]);
    for item in &reply.recognitions {
        let lists: Vec<String> = item.rule.lists.iter().map(|list| format!("{list:?}").to_lowercase()).collect();
        table.add_row([
            item.city.to_string(),
            item.rule.partner.to_string(),
            if lists.is_empty() { "nothing".to_owned() } else { lists.join(", ") },
            item.rule.decided_since.unwrap_or(item.rule.valid_from).to_string(),
            item.rule.valid_from.to_string(),
            item.rule.valid_until.map(|until| until.to_string()).unwrap_or_default(),
            item.id.to_string(),
        ]);
    }
    say!("{table}");
}

impl From<ListChoice> for List {
    fn from(choice: ListChoice) -> Self {
        match choice {
            ListChoice::Red => Self::Red,
            ListChoice::Black => Self::Black,
            ListChoice::Watch => Self::Watch,
        }
    }
}

impl From<SeverityChoice> for Severity {
    fn from(choice: SeverityChoice) -> Self {
        match choice {
            SeverityChoice::Minor => Self::Minor,
            SeverityChoice::General => Self::General,
            SeverityChoice::Serious => Self::Serious,
        }
    }
}
