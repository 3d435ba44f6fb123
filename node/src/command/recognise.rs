//! `huxin recognise`: the city's signed rule which of a partner's entries count here. Without a partner it lists the rules.

use super::Context;
use super::confirm::confirm;
use super::publish::show_reply;
use crate::chinese;
use crate::client::Client;
use crate::fault::Fault;
use crate::say;
use huxin_api::model::RecognitionsReply;
use huxin_protocol::body::{List, RecognitionBody, Severity};
use huxin_protocol::digest::Digest;
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
    after_help = "Examples:\n  huxin recognise                                     the rules in force\n  huxin recognise 620100 --lists red,black --from 2026-01-01\n  huxin recognise 620100 --from 2026-01-01 --decided-since 2021-01-01   what was decided earlier counts too\n  huxin recognise 620100 --nothing --from 2026-01-01   withdraw recognition, after asking"
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
    /// Only entries under these editions of the measure catalogue, by name or digest; without it all
    #[arg(long, value_delimiter = ',')]
    pub editions: Option<Vec<String>>,
    /// Also entries that the partner took over from another city's listing
    #[arg(long)]
    pub derived: bool,
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
    /// Do not ask before recognition is withdrawn
    #[arg(long, requires = "nothing")]
    pub yes: bool,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    let client = context.client()?;
    let Some(partner) = args.partner else {
        return context.show(&client.recognitions()?, |reply| say!("{}", rules(reply, context)));
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
        editions: args.editions.map(|named| digests(&named, &client)).transpose()?,
        derived: args.derived,
    };
    if args.nothing {
        let what = [
            format!("将自 {valid_from} 起不再互认 {partner} 的任何条目：在此一律不作数"),
            format!("would withdraw recognition of {partner} from {valid_from} on: none of its entries counts here"),
        ];
        confirm(&what, args.yes, context)?;
    } else if rule.decided_since.is_none() {
        let (english, chinese) = (
            format!(
                "what {partner} decided before {valid_from} does not count by this rule; where it should, say --decided-since DATE"
            ),
            format!("{partner} 在 {valid_from} 之前认定的，依此规则不作数；要使其作数，请加 --decided-since 日期"),
        );
        crate::tell!("{}", chinese::wrapped(&format!("note: {}", context.choose(&english, &chinese)), 80));
    }
    context.show(&client.recognise(&rule)?, |reply| show_reply(reply, context))
}

fn sorted(mut items: Vec<String>) -> Vec<String> {
    items.sort_unstable();
    items.dedup();
    items
}

/// Digests of the editions that are named; a digest need not be of one that the node has loaded.
fn digests(named: &[String], client: &Client) -> Result<Vec<Digest>, Fault> {
    let loaded = client.info()?.editions;
    let digest = |name: &String| {
        let by_name = loaded.iter().find(|edition| edition.name == *name).map(|edition| edition.digest);
        by_name.or_else(|| name.parse().ok()).ok_or_else(|| {
            Fault::usage("unknown_edition", format_args!("this node has loaded no edition {name:?}"))
                .trying("name one of [catalogue] editions, or write the digest of another")
        })
    };
    let mut digests = named.iter().map(digest).collect::<Result<Vec<_>, _>>()?;
    digests.sort_unstable();
    digests.dedup();
    Ok(digests)
}

fn rules(reply: &RecognitionsReply, context: &Context) -> String {
    let say = |english: &'static str, chinese: &'static str| context.choose(english, chinese);
    let mut table = super::table(&[
        say("city", "城市"),
        say("recognises", "互认"),
        say("lists", "名单"),
        say("days", "日期"),
        say("rule", "规则"),
    ]);
    let name = |list: &List| match list {
        List::Red => say("red", "红名单"),
        List::Black => say("black", "黑名单"),
        List::Watch => say("watch", "重点关注"),
    };
    for item in &reply.recognitions {
        let lists: Vec<&str> = item.rule.lists.iter().map(name).collect();
        table.add_row([
            item.city.to_string(),
            item.rule.partner.to_string(),
            if lists.is_empty() {
                say("nothing", "均不互认").to_owned()
            } else {
                std::iter::once(lists.join(", ")).chain(limits(&item.rule, context)).collect::<Vec<_>>().join("\n")
            },
            days(&item.rule, context),
            item.id.to_string(),
        ]);
    }
    table.to_string()
}

/// What narrows a rule, a line each: without it a narrow rule would look like a full one.
fn limits(rule: &RecognitionBody, context: &Context) -> Vec<String> {
    let line = |english, chinese, what: String| format!("{} {what}", context.choose(english, chinese));
    let mut lines = Vec::new();
    lines.extend(rule.fields.as_ref().map(|fields| line("fields", "领域", fields.join(" "))));
    lines.extend(rule.measures.as_ref().map(|measures| line("measures", "措施", measures.join(" "))));
    lines.extend(rule.minimum_severity.map(|least| {
        let name = match least {
            Severity::Minor => context.choose("minor", "轻微"),
            Severity::General => context.choose("general", "一般"),
            Severity::Serious => context.choose("serious", "严重"),
        };
        line("from severity", "严重程度不低于", name.to_owned())
    }));
    lines.extend(
        rule.decided_within_months.map(|months| line("decided within months", "决定未满月数", months.to_string())),
    );
    lines.extend(rule.derived.then(|| line("derived", "转录条目", "yes".to_owned())));
    lines.extend(rule.editions.as_ref().map(|editions| line("editions", "措施清单版本", editions.len().to_string())));
    if rule.suspend_while_disputed {
        lines.push(context.choose("rests while disputed", "异议期间中止适用").to_owned());
    }
    lines
}

/// In force from when and until when, and how old a decision may be: a line each.
fn days(rule: &RecognitionBody, context: &Context) -> String {
    let line = |english, chinese, day: Date| format!("{} {day}", context.choose(english, chinese));
    let mut lines = vec![line("from", "起", rule.valid_from)];
    lines.extend(rule.valid_until.map(|until| line("until", "止", until)));
    let since = rule.decided_since.unwrap_or(rule.valid_from);
    lines.push(line("decided since", "决定日不早于", since));
    lines.join("\n")
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use huxin_api::model::RecognitionItem;
    use huxin_config::Language;
    use huxin_protocol::time::Millis;

    /// `[node] language` is honoured, and no line is wider than the screen.
    #[test]
    fn rules_are_listed_in_the_language_that_is_spoken() {
        let (from, until): (Date, Date) = ("2026-01-01".parse().unwrap(), "2027-01-01".parse().unwrap());
        let rule = |lists| RecognitionBody {
            valid_until: Some(until),
            ..RecognitionBody::without_limits("330900".parse().unwrap(), lists, from)
        };
        let item = |lists| RecognitionItem {
            id: "330200.12-123456789".parse().unwrap(),
            city: "330200".parse().unwrap(),
            issued_at: Millis(0),
            issued_at_text: String::new(),
            rule: rule(lists),
        };
        let mut narrow = item(vec![List::Black]);
        narrow.rule.fields = Some(vec!["tax".to_owned()]);
        narrow.rule.measures = Some(vec!["D-B-01".to_owned(), "D-B-02".to_owned()]);
        narrow.rule.minimum_severity = Some(Severity::Serious);
        narrow.rule.decided_within_months = Some(36);
        narrow.rule.suspend_while_disputed = true;
        let reply = RecognitionsReply { recognitions: vec![item(List::ALL.to_vec()), item(Vec::new()), narrow] };
        for (language, due) in [
            (Language::Chinese, ["互认", "红名单", "黑名单", "重点关注", "均不互认", "严重程度不低于", "异议期间"]),
            (Language::English, ["recognises", "red", "black", "watch", "nothing", "serious", "disputed"]),
        ] {
            let text = rules(&reply, &Context { config: "huxin.toml".into(), json: false, language });
            assert!(due.iter().all(|due| text.contains(due)), "{text}");
            assert!(["tax", "D-B-02", "36"].iter().all(|limit| text.contains(limit)), "a narrow rule: {text}");
            assert!(text.lines().all(|line| crate::chinese::columns(line) <= 80), "{text}");
        }
    }
}
