//! `huxin announce`: where partners reach this node from now on, signed into the city's log. A node that moved dials its
//! partners itself and so comes back alone; the announcement is for the day on which a partner has to dial it.

use super::Context;
use super::publish::show_reply;
use crate::fault::Fault;

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  huxin announce /dns4/huxin.zhoushan.example/tcp/7651\n  huxin announce --none        partners do not dial this node; it dials them"
)]
pub struct Args {
    /// Addresses under which partners reach this node from outside, in place of all before
    #[arg(value_name = "MULTIADDRESS", required_unless_present = "none")]
    pub addresses: Vec<String>,
    /// There is no such address
    #[arg(long, conflicts_with = "addresses")]
    pub none: bool,
}

pub fn run(args: Args, context: &Context) -> Result<(), Fault> {
    let reply = context.client()?.announce(args.addresses)?;
    context.show(&reply, |reply| show_reply(reply, context))
}
