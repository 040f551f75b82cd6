//! What the three services hold, seeded and in memory.

pub(crate) mod load;
pub(crate) mod marketplace;
pub(crate) mod msp;
pub(crate) mod names;
pub(crate) mod psa;
