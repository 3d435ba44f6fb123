//! What was wrong with a command line, in Chinese. clap says which rule was broken and names the parts; only the sentence is
//! made here.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The fault of a command line in Chinese, as clap would print it; helps and versions are printed as they are.
#[must_use]
pub fn misuse(fault: &clap::Error) -> Option<String> {
    let get = |kind: ContextKind| fault.get(kind).map(shown).unwrap_or_default();
    let argument = get(ContextKind::InvalidArg);
    let value = get(ContextKind::InvalidValue);
    let sentence = match fault.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::DisplayVersion => {
            return None;
        }
        ErrorKind::UnknownArgument => format!("没有参数 {argument}"),
        ErrorKind::InvalidSubcommand => format!("没有命令 {}", get(ContextKind::InvalidSubcommand)),
        ErrorKind::MissingRequiredArgument => format!("缺少必需的参数：{argument}"),
        ErrorKind::MissingSubcommand => "没有写明要做什么，请写一个命令".to_owned(),
        ErrorKind::InvalidValue if value.is_empty() => format!("参数 {argument} 缺少值"),
        ErrorKind::InvalidValue => format!("参数 {argument} 不接受 {value}"),
        ErrorKind::ValueValidation => format!("参数 {argument} 的值 {value} 有误"),
        ErrorKind::ArgumentConflict => {
            let with = get(ContextKind::PriorArg);
            if with.is_empty() || with == argument {
                format!("参数 {argument} 只能写一次")
            } else {
                format!("参数 {argument} 不能与 {with} 同时使用")
            }
        }
        ErrorKind::TooManyValues => format!("参数 {argument} 的值过多：{value}"),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("参数 {argument} 的值的个数不对"),
        ErrorKind::NoEquals => format!("参数 {argument} 与值之间应写等号"),
        ErrorKind::InvalidUtf8 => "命令中有不是 UTF-8 的文字".to_owned(),
        _ => "命令的写法不对".to_owned(),
    };
    let mut lines = vec![format!("error[usage]: {sentence}")];
    if let Some(source) = std::error::Error::source(fault) {
        lines.push(format!("  {source}"));
    }
    let valid = get(ContextKind::ValidValue);
    if !valid.is_empty() {
        lines.push(format!("  可用：{valid}"));
    }
    let meant = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue].map(get);
    if let Some(meant) = meant.iter().find(|meant| !meant.is_empty()) {
        lines.push(format!("  是否指 {meant}？"));
    }
    lines.push("下一步：在命令后加 --help 查看写法".to_owned());
    Some(lines.join("\n"))
}

fn shown(value: &ContextValue) -> String {
    match value {
        ContextValue::Strings(texts) => texts.join("、"),
        ContextValue::StyledStrs(texts) => texts.iter().map(ToString::to_string).collect::<Vec<_>>().join("、"),
        ContextValue::None => String::new(),
        other => other.to_string(),
    }
}
