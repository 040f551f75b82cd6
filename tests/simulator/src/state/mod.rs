//! The whole state of a simulator: the data of the three services, seeded and in memory, and everything around it.

pub(crate) mod load;
pub(crate) mod marketplace;
pub(crate) mod msp;
pub(crate) mod names;
pub(crate) mod psa;

use self::marketplace::Marketplace;
use self::msp::Msp;
use self::psa::Tickets;
use crate::clock::Clock;
use crate::faults::Faults;
use crate::jobs::Jobs;
use crate::log::RequestLog;
use crate::options::Options;
use crate::pages::PageCache;
use crate::sabotage::Sabotage;
use crate::script::Playing;
use crate::store::Store;
use crate::store::table::Table;
use crate::tokens::Tokens;

/// Everything that a simulator holds between two requests, under one lock.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) options: Options,
    /// In-flight caps by slot.
    pub(crate) caps: Vec<Option<u32>>,
    /// How many resets there were: tokens and tickets of one are invalid in the next.
    pub(crate) epoch: u64,
    pub(crate) clock: Clock,
    pub(crate) tokens: Tokens,
    pub(crate) store: Store,
    pub(crate) tickets: Tickets,
    pub(crate) jobs: Jobs,
    pub(crate) marketplace: Marketplace,
    pub(crate) msp: Msp,
    pub(crate) pages: PageCache,
    pub(crate) log: RequestLog,
    pub(crate) faults: Faults,
    pub(crate) script: Playing,
    pub(crate) sabotage: Sabotage,
}

impl State {
    /// An initial state. `names` and `caps` are those of the operations, by slot.
    pub(crate) fn seeded(
        table: &'static Table,
        options: Options,
        epoch: u64,
        names: Vec<Option<&'static str>>,
        caps: Vec<Option<u32>>,
        sabotage: Sabotage,
    ) -> Self {
        let store = Store::seeded(table, &options);
        let marketplace = Marketplace::seeded(&options, &sold(&store));
        Self {
            caps,
            epoch,
            clock: Clock::new(),
            tokens: Tokens::new(epoch),
            store,
            tickets: Tickets::seeded(),
            jobs: Jobs::seeded(),
            marketplace,
            msp: Msp::seeded(&options),
            pages: PageCache::default(),
            log: RequestLog::new(names, options.log),
            faults: Faults::default(),
            script: Playing::default(),
            sabotage,
            options,
        }
    }
}

/// The services that Cloudmore's reseller offers, as id and name.
fn sold(store: &Store) -> Vec<(String, String)> {
    let views = store.views("reseller_services");
    let text = |value: Option<serde_json::Value>| value?.as_str().map(str::to_owned);
    views.iter().filter_map(|view| Some((view.id().to_owned(), text(view.value("name"))?))).collect()
}
