//! `rainier reference`: what files may hold.

use rainier::scenario::reference::{json_schema, markdown};

use crate::Failure;
use crate::args::Reference;

pub(crate) fn reference(args: &Reference) -> Result<(), Failure> {
    if args.json_schema {
        let text = serde_json::to_string_pretty(&json_schema()).map_err(|error| Failure::Output(error.to_string()))?;
        println!("{text}");
    } else {
        println!("{}", markdown().trim_end());
    }
    Ok(())
}
