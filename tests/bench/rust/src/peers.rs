//! What a peer can do, and mspkit's implementation.

use mspkit::ncentral::ListCustomers;
use mspkit::wiv::SearchCases;
use mspkit::{Id, NCentral, Wiv, ncentral};

use crate::Result;
use crate::tally::{Customer, Tally};

pub(crate) trait Peer: Sized {
    fn new() -> Result<Self>;

    /// Reads all customers, three fields or all fields of each.
    async fn list(&self, size: usize, three: bool, tally: &mut Tally) -> Result<()>;

    /// Gets one customer and reads three fields.
    async fn get(&self, id: String, tally: &mut Tally) -> Result<()>;

    /// Reads all cases through a scroll.
    async fn cases(&self, size: usize, tally: &mut Tally) -> Result<()>;
}

/// mspkit, from the environment.
pub(crate) struct Mspkit {
    ncentral: NCentral,
    wiv: Wiv,
}

impl Peer for Mspkit {
    fn new() -> Result<Self> {
        Ok(Self { ncentral: NCentral::from_env()?, wiv: Wiv::from_env()? })
    }

    async fn list(&self, size: usize, three: bool, tally: &mut Tally) -> Result<()> {
        let params = ListCustomers::new().page_size(size.try_into()?);
        let mut customers = self.ncentral.customers().list(params).items();
        while let Some(customer) = customers.next().await {
            let customer = customer?;
            if three { tally.three(&customer) } else { tally.every(&customer) }
        }
        Ok(())
    }

    async fn get(&self, id: String, tally: &mut Tally) -> Result<()> {
        tally.three(&self.ncentral.customers().get(id).await?);
        Ok(())
    }

    async fn cases(&self, size: usize, tally: &mut Tally) -> Result<()> {
        let params = SearchCases::new().max_returned_items(size.try_into()?);
        let mut cases = self.wiv.cases().search(params).items();
        while let Some(case) = cases.next().await {
            let case = case?;
            let id = case.case_id.as_ref().map(Id::as_str).unwrap_or_default();
            tally.case(id, case.case_type.as_deref());
        }
        Ok(())
    }
}

impl Customer for ncentral::Customer {
    fn three(&self) -> (&str, &str, &str) {
        let id = self.customer_id.as_ref().map(Id::as_str).unwrap_or_default();
        let (name, email) = (self.customer_name.as_deref(), self.contact_email.as_deref());
        (id, name.unwrap_or_default(), email.unwrap_or_default())
    }

    fn there(&self) -> usize {
        there!(
            self, customer_id customer_name org_unit_type parent_id external_id external_id2 phone contact_title
            contact_first_name contact_last_name contact_email contact_phone contact_phone_ext contact_department
            street1 street2 city state_prov country county postal_code generation descendant_count
        )
    }
}
