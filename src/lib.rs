//! perfloop
pub mod units;
mod error;
mod exchange; mod stats;
mod load;
mod names;
mod outcome;
mod queue;
mod sample;
pub use error::*; pub use load::*; pub use outcome::*; pub use stats::*; 
