//! `ops`: what an operator runs on a stack.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use ops::{audit, error, export_user, load, recover, redrive};

/// Looks after the views of a videoms stack.
///
/// Exit codes: 0 if all is well, 1 if someone should look at what was found, 2 if the command could not do its work.
/// Region and credentials come from the environment variables that the AWS command line uses, not from its files.
#[derive(Parser)]
#[command(arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Audit(audit::Args),
    ExportUser(export_user::Args),
    Load(load::Args),
    Recover(recover::Args),
    Redrive(redrive::Args),
}

#[tokio::main]
async fn main() -> ExitCode {
    let ended = match Cli::parse().command {
        Command::Audit(args) => Box::pin(audit::run(args)).await,
        Command::ExportUser(args) => Box::pin(export_user::run(args)).await,
        Command::Load(args) => Box::pin(load::run(args)).await,
        Command::Recover(args) => Box::pin(recover::run(args)).await,
        Command::Redrive(args) => Box::pin(redrive::run(args)).await,
    };
    ended.unwrap_or_else(|error| {
        eprintln!("error: {}", error::sentence(&error));
        ExitCode::from(2)
    })
}
