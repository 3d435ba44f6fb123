//! The command line's helps in Chinese, put over the English ones. Names of commands and options stay as they are typed.

use super::help_texts::{COMMANDS, EVERYWHERE};
use super::{COLUMNS, wrapped};
use clap::builder::StyledStr;
use clap::{Arg, Command};

/// Columns before a help that stands under what it explains.
const INDENT: usize = 10;

/// The same command line in English, with examples that fit the screen.
#[must_use]
pub fn in_english(command: Command) -> Command {
    let mut command = command;
    if let Some(after) = command.get_after_help().map(StyledStr::to_string) {
        command = command.after_help(fitted(&after));
    }
    command.mut_subcommands(in_english)
}

/// An example that is too long goes on in the next line; what is remarked about it then stands before it.
fn fitted(after: &str) -> String {
    let mut out = Vec::new();
    for line in after.lines() {
        let example = line.strip_prefix("  ").filter(|_| super::columns(line) > COLUMNS);
        let Some(example) = example else {
            out.push(wrapped(line, COLUMNS));
            continue;
        };
        let (example, remark) = example.split_once("   ").unwrap_or((example, ""));
        if !remark.trim().is_empty() {
            out.push(format!("  # {}", remark.trim()));
        }
        out.push(format!("  {}", continued(example.trim_end())));
    }
    out.join("\n")
}

/// The same command line with Chinese helps.
#[must_use]
pub fn in_chinese(command: Command) -> Command {
    let mut command = command;
    // What clap adds by itself (help, version) is there only afterwards.
    command.build();
    translated(command, "")
}

/// The text of a command, or of an argument as `command:argument`; an argument that stands everywhere has none of a command.
pub(super) fn text(path: &str, argument: Option<&str>) -> Option<&'static str> {
    let found = |table: &'static [(&str, &str)], key: &str| {
        table.iter().find(|(known, _)| *known == key).map(|(_, text)| *text)
    };
    match argument {
        None if path.rsplit(' ').next() == Some("help") => Some("显示帮助，或某个命令的帮助"),
        None => found(COMMANDS, path),
        Some(argument) => found(COMMANDS, &format!("{path}:{argument}")).or_else(|| found(EVERYWHERE, argument)),
    }
}

fn translated(command: Command, path: &str) -> Command {
    let mut command = command;
    if let Some(about) = text(path, None) {
        let about = wrapped(about, COLUMNS - INDENT);
        command = command.about(about.clone()).long_about(None);
    }
    let template = template(&command);
    if let Some(after) = command.get_after_help().map(StyledStr::to_string) {
        command = command.after_help(examples(&after));
    }
    let here = path.to_owned();
    command
        .help_template(template)
        .next_line_help(true)
        .mut_args(|argument| argument_in_chinese(argument, &here))
        .mut_subcommands(|sub| {
            let name = sub.get_name().to_owned();
            // The helps below `help` name the commands once more; their texts are those of the commands.
            let below = if here.is_empty() { name } else { format!("{here} {name}") };
            translated(sub, &below)
        })
}

fn argument_in_chinese(argument: Arg, path: &str) -> Arg {
    let Some(help) = text(path, Some(argument.get_id().as_str())) else { return argument };
    let mut help = help.to_owned();
    let values: Vec<String> = if argument.get_action().takes_values() {
        argument.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect()
    } else {
        Vec::new()
    };
    if !values.is_empty() {
        help.push_str(&format!("（可用：{}）", values.join("、")));
    }
    if argument.get_action().takes_values() && !argument.get_default_values().is_empty() {
        let defaults: Vec<_> = argument.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
        help.push_str(&format!("（默认：{}）", defaults.join(",")));
    }
    if let Some(variable) = argument.get_env() {
        help.push_str(&format!("（环境变量 {}）", variable.to_string_lossy()));
    }
    argument
        .help(wrapped(&help, COLUMNS - INDENT))
        .long_help(None)
        .hide_default_value(true)
        .hide_possible_values(true)
        .hide_env(true)
}

/// Headings in Chinese, and only those under which something stands.
fn template(command: &Command) -> String {
    let mut out = "{about-with-newline}\n用法：{usage}\n".to_owned();
    let mut add = |has: bool, heading: &str, tag: &str| {
        if has {
            out.push_str(&format!("\n{heading}：\n{tag}\n"));
        }
    };
    add(command.has_subcommands(), "命令", "{subcommands}");
    add(command.get_positionals().next().is_some(), "参数", "{positionals}");
    add(command.get_opts().next().is_some(), "选项", "{options}");
    out.push_str("{after-help}");
    out
}

/// The examples without their English remarks, and what is said after them in Chinese.
fn examples(after: &str) -> String {
    let mut out = Vec::new();
    for line in after.lines() {
        if line.starts_with("Example") {
            out.push("示例：".to_owned());
        } else if let Some(example) = line.strip_prefix("  ") {
            // A remark stands behind several spaces.
            let example = example.split("   ").next().unwrap_or(example).trim_end();
            out.push(format!("  {}", continued(example)));
        } else if let Some((_, chinese)) = super::help_texts::REMARKS.iter().find(|(english, _)| line == *english) {
            out.push(wrapped(chinese, COLUMNS));
        } else {
            out.push(line.to_owned());
        }
    }
    out.join("\n")
}

/// A command that is too long for the screen goes on in the next line, so that it can be typed as it stands.
pub(crate) fn continued(example: &str) -> String {
    let mut lines: Vec<String> = vec![String::new()];
    for word in example.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if !line.is_empty() && super::columns(line) + super::columns(word) + 1 > COLUMNS - 6 {
            line.push_str(" \\");
            lines.push(format!("    {word}"));
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.join("\n  ")
}
