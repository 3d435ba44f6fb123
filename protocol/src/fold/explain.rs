//! The chain of reasoning in words, for `--explain`: the same steps as the ruling, each with the statement and the rule.

use super::case::CaseFile;
use super::judge::Bench;
use crate::ids::StatementId;
use crate::kind::Kind;
use crate::ruling::{EntryRuling, Reason, Ruling, SourceRuling, State, Step, log_digest};
use crate::text::harmless;

/// Whether the node knows that it holds all of its own log (R144). It is no part of the view, so the case does not say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnLog {
    Known,
    Unconfirmed,
}

/// Explains a ruling step by step, in the order in which it is made. Costs more than [`super::rule`]; ask for it only when
/// somebody reads it.
#[must_use]
pub fn explain(case: &CaseFile<'_>, own_log: OwnLog) -> Vec<Step> {
    let bench = Bench::sit(case);
    let mut ruling = bench.ruling(log_digest(case.sources.values()));
    if own_log == OwnLog::Unconfirmed {
        ruling.doubt_own_log();
    }
    let mut tale = Tale { steps: Vec::new() };
    tale.say(
        None,
        "R100",
        format!("{} for {} at {}", ruling.subject, ruling.viewer, ruling.at_text),
        format!("{}，查询城市 {}，时刻 {}", ruling.subject, ruling.viewer, ruling.at_text),
    );
    tale.sources(&ruling);
    for entry in &ruling.entries {
        tale.entry(&bench, entry, ruling.sources.iter().find(|source| source.city == entry.issuer));
    }
    for group in &ruling.groups {
        tale.say(group.entries.first().copied(), "R137", group.text_en.clone(), group.text_zh.clone());
    }
    for act in &ruling.without_effect {
        tale.reason(Some(act.id), &format!("{} has no effect", act.kind), &format!("{} 无效力", act.kind), &act.reason);
    }
    tale.conclusion(&ruling);
    tale.steps
}

struct Tale {
    steps: Vec<Step>,
}

impl Tale {
    fn say(&mut self, id: Option<StatementId>, rule: &str, text_en: String, text_zh: String) {
        // Names and reasons in it may be a partner's (R7).
        let (text_en, text_zh) = (harmless(&text_en).into_owned(), harmless(&text_zh).into_owned());
        self.steps.push(Step { id, rule: rule.to_owned(), text_en, text_zh });
    }

    fn reason(&mut self, id: Option<StatementId>, en: &str, zh: &str, reason: &Reason) {
        self.say(id, reason.code.rule(), format!("{en}: {}", reason.text_en), format!("{zh}：{}", reason.text_zh));
    }

    fn sources(&mut self, ruling: &Ruling) {
        for source in &ruling.sources {
            let heard = source.freshness.map_or_else(|| "never".to_owned(), crate::time::Millis::text);
            let heard_zh = source.freshness.map_or_else(|| "无".to_owned(), crate::time::Millis::text);
            let mut en = format!(
                "log of {} {}: epoch {}, {} statements, last heard {heard}, witnesses {}",
                source.city,
                source.name,
                source.epoch,
                source.size,
                source.witnesses.len()
            );
            let mut zh = format!(
                "{} {} 的日志：第 {} 期，{} 条，最近消息 {heard_zh}，见证 {}",
                source.city,
                source.name,
                source.epoch,
                source.size,
                source.witnesses.len()
            );
            let marks = [
                (source.stale, ", stale", "，已过新鲜期"),
                (source.lacking > 0, ", bodies missing", "，有正文缺失"),
                (source.frozen, ", issuer under review", "，签发城市接受核查中"),
                (source.history_cut, ", history cut", "，日志曾被截断"),
            ];
            for (_, mark_en, mark_zh) in marks.into_iter().filter(|mark| mark.0) {
                en.push_str(mark_en);
                zh.push_str(mark_zh);
            }
            self.say(None, "R133", en, zh);
        }
    }

    fn entry(&mut self, bench: &Bench<'_>, entry: &EntryRuling, source: Option<&SourceRuling>) {
        let id = Some(entry.id);
        if let Some(source) = source {
            let (en, zh) = source.seen(entry).text();
            self.say(id, "R78", en, zh);
        }
        self.say(id, "R106", format!("entry of {}", entry.attribution.en), format!("条目：{}", entry.attribution.zh));
        for link in &entry.links {
            match &link.reason {
                Some(reason) => self.reason(Some(link.id), "this link has no effect", "该环节无效力", reason),
                None if link.current => self.say(
                    Some(link.id),
                    "R106",
                    "its content is the one in force".to_owned(),
                    "以其内容为准".to_owned(),
                ),
                None => self.say(
                    Some(link.id),
                    "R106",
                    "superseded by a later link".to_owned(),
                    "已被后续更正取代".to_owned(),
                ),
            }
        }
        self.endings(bench, entry);
        self.term(entry);
        for reason in &entry.reasons {
            self.say(id, reason.code.rule(), reason.text_en.to_string(), reason.text_zh.to_string());
        }
        if let Some(rule) = entry.recognised_by {
            self.say(
                Some(rule),
                "R129",
                format!("rule by which {} is judged", entry.id),
                format!("判断 {} 所依的互认规则", entry.id),
            );
        }
        for filing in &entry.filings {
            let (en, zh) = match filing.kind {
                crate::ruling::FilingKind::Objection => ("objection", "异议"),
                crate::ruling::FilingKind::RepairApplication => ("repair application", "修复申请"),
            };
            let due = filing.until.map_or_else(String::new, |until| format!("; the answer is due by {until}"));
            let due_zh = filing.until.map_or_else(String::new, |until| format!("；应于 {until} 前答复"));
            self.say(Some(filing.id), "R148", format!("open {en}{due}"), format!("待答复的{zh}{due_zh}"));
        }
        for measure in &entry.measures {
            match &measure.reason {
                Some(reason) => {
                    self.reason(id, &format!("measure {}", measure.code), &format!("措施 {}", measure.code), reason);
                }
                None => self.say(
                    id,
                    "R127",
                    format!("measure {} holds", measure.code),
                    format!("措施 {} 有效", measure.code),
                ),
            }
        }
        let (en, zh) = entry.state.text();
        let (counts_en, counts_zh) = if entry.counts { ("counts", "作数") } else { ("does not count", "不作数") };
        let confirm = entry.confirm_with_issuer;
        let (more_en, more_zh) =
            if confirm { ("; confirm with the issuer", "；须与签发城市核实") } else { ("", "") };
        self.say(id, "R129", format!("{en}; {counts_en}{more_en}"), format!("{zh}；{counts_zh}{more_zh}"));
    }

    /// Every ending of the entry's matter, also those that a reinstatement cancels.
    fn endings(&mut self, bench: &Bench<'_>, entry: &EntryRuling) {
        let Some(chain) =
            bench.chains().find(|chain| bench.docket.facts[bench.matters.chains[*chain].root].id == entry.id)
        else {
            return;
        };
        for at in bench.matters.endings(chain) {
            let fact = bench.docket.facts[*at];
            let rule =
                if fact.header.kind == Kind::Repair || fact.header.kind == Kind::Removal { "R122" } else { "R105" };
            let mut en = format!("{} of the matter, by its header alone", fact.header.kind.name());
            let mut zh = format!("{}：终止该事项，仅凭报文头生效", Kind::chinese(fact.header.kind));
            if fact.abandoned {
                en.push_str(", kept from an abandoned branch");
                zh.push_str("，来自已放弃的分支，仍保留效力");
            }
            self.say(Some(fact.id), rule, en, zh);
        }
        for at in bench.matters.suspensions(chain) {
            let en = "Suspension of the matter, by its header alone: its measures rest".to_owned();
            self.say(
                Some(bench.docket.facts[*at].id),
                "R147",
                en,
                "暂停：该事项的措施暂停执行，仅凭报文头生效".to_owned(),
            );
        }
        for at in 0..bench.docket.facts.len() {
            let on_chain =
                bench.docket.findings[at].target.and_then(|target| bench.matters.chain_of(target)) == Some(chain);
            if let Some(by) = bench.matters.cancelled_by(at).filter(|_| on_chain) {
                let (ending, by) = (bench.docket.facts[at].id, bench.docket.facts[by].id);
                self.say(Some(by), "R121", format!("cancels {ending} and nothing else"), format!("仅取消 {ending}"));
            }
        }
        if entry.state == State::Void && entry.same_as.is_some() {
            let same = entry.same_as.map(|id| id.to_string()).unwrap_or_default();
            self.say(
                Some(entry.id),
                "R120",
                format!("the matter is already listed by {same}"),
                format!("该事项已由 {same} 列入"),
            );
        }
    }

    fn term(&mut self, entry: &EntryRuling) {
        let Some(start) = entry.starts_at else { return };
        let (from, late) = (start.text(), entry.listed_here_on);
        let mut en = format!("counts from {from}");
        let mut zh = format!("自 {from} 起");
        match entry.ends_at {
            Some(end) => {
                en.push_str(&format!(" until just before {}", end.text()));
                zh.push_str(&format!("，至 {} 之前", end.text()));
            }
            None => {
                en.push_str(", no end is set");
                zh.push_str("，未设截止");
            }
        }
        if let Some(late) = late {
            en.push_str(&format!("; listed here on {late}"));
            zh.push_str(&format!("；{late} 在此列入"));
        }
        self.say(Some(entry.id), "R123", en, zh);
    }

    fn conclusion(&mut self, ruling: &Ruling) {
        for measure in ruling.measures.iter().chain(&ruling.incentives) {
            let id = measure.entries.first().copied();
            match &measure.suspended {
                Some(reason) => self.reason(id, &measure.code.clone(), &measure.code.clone(), reason),
                None => self.say(
                    id,
                    "R127",
                    format!("in force: {} {}", measure.code, measure.content.en),
                    format!("有效措施：{} {}", measure.code, measure.content.zh),
                ),
            }
        }
        self.say(None, "R137", ruling.summary.text_en.clone(), ruling.summary.text_zh.clone());
        self.say(None, "R140", format!("log digest {}", ruling.log_digest), format!("日志摘要 {}", ruling.log_digest));
        self.say(
            None,
            "R141",
            format!("ruling digest {}", ruling.ruling_digest),
            format!("判定摘要 {}", ruling.ruling_digest),
        );
    }
}
