//! Why something has no effect, does not count, or needs care: a stable code, a sentence in each language, and the rule
//! it follows. Codes are part of the API and of the protocol (R168); sentences may be bettered.

use crate::text::harmless;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

macro_rules! reasons {
    ($($name:ident $code:literal $rule:literal $en:literal $zh:literal)*) => {
        /// The closed list of reasons.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum ReasonCode {
            $(#[serde(rename = $code)] $name,)*
        }
        impl ReasonCode {
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// Stable snake_case code.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
            /// The rule of SPEC.md (`R…`) or DOMAIN that it follows.
            #[must_use]
            pub const fn rule(self) -> &'static str {
                match self { $(Self::$name => $rule,)* }
            }
            #[must_use]
            pub const fn text_en(self) -> &'static str {
                match self { $(Self::$name => $en,)* }
            }
            #[must_use]
            pub const fn text_zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }
        }
    };
}

reasons! {
    Misplaced "misplaced" "R101" "its header names another place than the one where it stands" "报文头所写位置与实际位置不符"
    VoidedByRecord "voided_by_record" "R101" "a key record voided this stretch of the log" "所在区段已被密钥记录宣告无效"
    Abandoned "abandoned" "R101" "it lies in a branch that the city's log has left" "位于该城市日志已放弃的分支"
    NeedsNewerNode "needs_newer_node" "R101" "its kind or version needs a newer node" "需要更新版本的节点才能识别"
    NoGround "no_ground" "R101" "a listing without a ground tag has no effect" "名单条目缺少事由标识"
    NoAbout "no_about" "R102" "it does not name the statement that it acts on" "未指明所针对的声明"
    AboutMismatch "about_mismatch" "R102" "the statement that it names has another digest" "所针对声明的摘要不符"
    AboutNotEarlier "about_not_earlier" "R102" "it names a statement of its own log that does not come before it" "所针对的声明不在其之前"
    NotTheListingCity "not_the_listing_city" "R103" "only the city that listed may do this" "只有列入名单的城市可以作出"
    NotTheSameCity "not_the_same_city" "R103" "only the city that said it may take it back" "只有原声明城市可以撤回"
    WrongTarget "wrong_target" "R103" "its kind cannot act on that kind of statement" "该类声明不能针对此类对象"
    NotYet "not_yet" "R102" "the statement that it acts on has not arrived" "所针对的声明尚未到达"
    NotYetIssued "not_yet_issued" "R104" "it was issued after this instant" "签发时间晚于此时刻"
    NotYetEffective "not_yet_effective" "R123" "its effective date has not come" "生效日期未到"
    BodyLacking "body_lacking" "R107" "its body has not arrived, so its effect is unknown" "正文尚未收到，效力不明"
    BodyMalformed "body_malformed" "R107" "its body cannot be read under the rules" "正文不符合规则，无法读取"
    NotReader "not_reader" "R107" "this city is not among its readers, so its effect is unknown" "本市不在可读范围内，效力不明"
    BodyErased "body_erased" "R107" "its body was erased" "正文已删除"
    OtherSubject "other_subject" "R143" "it was corrected and now names another subject" "已更正为其他主体"
    PersonNotNamedDisclosure "person_not_named_disclosure" "R128" "an entry about a natural person has effect only with named disclosure" "涉及自然人的条目须定向公开方有效"
    EditionUnknown "edition_unknown" "R126" "the catalogue edition that it names is not known here, so its effect is unknown" "所依据的措施清单版本未知，效力不明"
    EditionNotAccepted "edition_not_accepted" "R159" "this node holds the catalogue edition that it names, and its settings do not accept it; its effect is unknown" "本机有所依据的措施清单版本，但设置未采用，效力不明"
    ListRegisteredElsewhere "list_registered_elsewhere" "R154" "its list is registered in another catalogue edition, or as another kind of list" "该名单登记于其他措施清单版本，或登记为其他类别"
    EditionNotForCity "edition_not_for_city" "R155" "its catalogue edition is a layer of other cities" "所依据的措施清单版本是其他城市的补充版本"
    BasisMissing "basis_missing" "R125" "its basis lacks an item that the list requires" "认定依据缺少必备项"
    BasisIncomplete "basis_incomplete" "R125" "imported official record with an incomplete basis: kept, but carries no measure" "导入的官方记录依据不完整，仅展示，不附措施"
    GroundEnded "ground_ended" "R109" "the matter had ended before; it does not come back without a reinstatement" "该事项此前已终止，未经恢复不再生效"
    EndedBefore "ended_before" "R109" "the entry had ended before this amendment" "更正之前条目已终止"
    SameGround "same_ground" "R120" "it repeats an earlier entry of the same city on the same ground" "与同一城市同一事由的先前条目重复"
    LinkUnreadable "link_unreadable" "R124" "another link of this entry cannot be read here, so its term may be shorter than shown" "该条目另有环节在此无法读取，实际期限可能更短"
    Annulled "annulled" "R105" "the listing city annulled it: void from the start" "列入城市已撤销，自始无效"
    Removed "removed" "R105" "the listing city took it off the list" "列入城市已将其移出名单"
    Repaired "repaired" "R105" "the listing city repaired it" "列入城市已完成信用修复"
    Erased "erased" "R105" "it was erased" "已依法删除"
    Expired "expired" "R123" "its term is over" "有效期已届满"
    MaximumReached "maximum_reached" "R156" "its longest term is over; whether the listing goes on the authority decides" "已达最长期限，是否继续列入由认定单位决定"
    PublicationOver "publication_over" "R156" "its publication is over; it goes on among members" "公示期已满，仅在成员城市间继续有效"
    StartUnknown "start_unknown" "R123" "no effective date is given; it counts from its issue" "未注明生效日期，自签发时起算"
    NotRecognised "not_recognised" "R129" "the viewing city has no rule in force that recognises this city" "查询城市没有互认该城市的现行规则"
    RecognitionExpired "recognition_expired" "R129" "the viewing city's recognition of this city has run out" "查询城市对该城市的互认已到期"
    ListNotRecognised "list_not_recognised" "R130" "the recognition does not cover this kind of list" "互认规则不含此类名单"
    FieldNotRecognised "field_not_recognised" "R130" "the recognition does not cover this field" "互认规则不含该领域"
    EditionNotRecognised "edition_not_recognised" "R130" "the recognition does not cover the catalogue edition that it is under" "互认规则不含所依据的措施清单版本"
    BelowMinimumSeverity "below_minimum_severity" "R130" "it is below the recognition's minimum severity, or states none" "未达到互认规则的最低严重程度或未注明"
    DecidedTooLongAgo "decided_too_long_ago" "R130" "it was decided longer ago than the recognition admits" "认定时间超出互认规则期限"
    DecidedBeforeRecognition "decided_before_recognition" "R130" "it was decided before the day from which the recognition admits entries" "认定时间早于互认规则起算日"
    DecisionDateUnknown "decision_date_unknown" "R130" "the recognition asks for a decision date, and none is given" "互认规则要求认定日期，但条目未注明"
    Declined "declined" "R131" "the viewing city declined it" "查询城市已决定不予适用"
    Disputed "disputed" "R132" "an objection is open" "异议处理中"
    ObjectionOverdue "objection_overdue" "R132" "an objection is open longer than the catalogue edition gives the issuer to answer it" "异议超过措施清单版本规定的答复期限"
    AlreadyFiled "already_filed" "R148" "the same city has filed this already, and it is not answered yet" "同一城市已提出，尚未答复"
    SuspendedByOrder "suspended_by_order" "R147" "its measures rest by order until they are resumed" "依决定暂停执行，恢复前不适用措施"
    OriginEnded "origin_ended" "R172" "the listing that it was taken over from has ended or rests" "所依据的原条目已终止或暂停"
    RegionalList "regional_list" "R173" "its list was set up by one region alone; whether its measures may be used elsewhere is for the officer to say" "该名单由一地自行设立，能否在外地适用其措施由经办人判断"
    DerivedNotRecognised "derived_not_recognised" "R172" "it was taken over from another listing, and the recognition covers only the issuer's own findings" "系转录其他名单的条目，互认规则只含签发城市自行认定的条目"
    SuspendedDisputed "suspended_disputed" "R132" "the recognition suspends entries while they are disputed" "异议期间按互认规则暂停"
    IssuerUnderReview "issuer_under_review" "R135" "the issuing city is under review; its measures and incentives are suspended" "签发城市正在接受核查，措施和激励暂停"
    Stale "stale" "R133" "nothing was heard from the issuing city for longer than the rule admits" "超过规定时间未收到签发城市的消息"
    SourceIncomplete "source_incomplete" "R134" "a body of the issuing city's log is missing before this point" "此前的日志尚有正文缺失"
    OwnLogUnconfirmed "own_log_unconfirmed" "R144" "this node does not know yet that it holds all that its own city has signed: an ending may be missing; confirm before acting" "本节点尚未确认已持有本市签发的全部声明，可能缺少终止记录，办理前须核实"
    HistoryCut "history_cut" "R136" "the issuing city's log was cut below a head that others had witnessed" "签发城市日志曾截断至他方见证之前"
    MeasureUnknown "measure_unknown" "R127" "the edition does not contain this measure" "措施清单版本中没有该措施"
    MeasureNotForClass "measure_not_for_class" "R127" "the measure is not meant for this class of subject" "该措施不适用于此类主体"
    MeasureNotForCase "measure_not_for_case" "R157" "the measure is meant for other lists or grounds" "该措施不适用于此名单或事由"
    MeasurePeriodOver "measure_period_over" "R157" "the measure's own period is over" "该措施的期限已满"
    EditionNotBinding "edition_not_binding" "R127" "the edition did not bind on the day of issue" "签发之日该措施清单版本不适用"
    MeasureNotRecognised "measure_not_recognised" "R130" "the recognition does not cover this measure" "互认规则不含该措施"
    MeasureDeclined "measure_declined" "R149" "the viewing city does not apply this measure" "查询城市决定不予实施该措施"
    MeasureNotApplicable "measure_not_applicable" "R149" "the viewing city has nothing that this measure could be applied to" "该措施在查询城市不适用"
    MeasureFromLaterDay "measure_from_later_day" "R149" "the viewing city applies this measure from a later day" "查询城市自以后日期起实施该措施"
    ResponseUnreadable "response_unreadable" "R149" "the viewing city has answered this entry's measures, and its answer cannot be read here" "查询城市已逐项答复，但答复正文在此无法读取"
    EntryNotCounting "entry_not_counting" "R129" "its entry does not count here" "所属条目在此不作数"
    BlackSuspendsIncentives "black_suspends_incentives" "R138" "suspended while a black-list entry counts" "列入黑名单期间暂停激励"
}

/// A code with its sentences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: ReasonCode,
    pub text_en: Cow<'static, str>,
    pub text_zh: Cow<'static, str>,
}

impl From<ReasonCode> for Reason {
    fn from(code: ReasonCode) -> Self {
        Self { code, text_en: Cow::Borrowed(code.text_en()), text_zh: Cow::Borrowed(code.text_zh()) }
    }
}

impl Reason {
    /// The reason with particulars after its sentence. They may be a partner's words, so they are shown harmlessly (R7).
    #[must_use]
    pub fn with(code: ReasonCode, en: &str, zh: &str) -> Self {
        let (en, zh) = (harmless(en), harmless(zh));
        Self {
            code,
            text_en: Cow::Owned(format!("{}: {en}", code.text_en())),
            text_zh: Cow::Owned(format!("{}：{zh}", code.text_zh())),
        }
    }
}
