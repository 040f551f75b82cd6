"""The 23 fields of a customer, by the names of the server and of Python."""

WIRE_FIELDS = (
    *("customerId", "customerName", "orgUnitType", "parentId", "externalId", "externalId2", "phone", "contactTitle"),
    *("contactFirstName", "contactLastName", "contactEmail", "contactPhone", "contactPhoneExt", "contactDepartment"),
    *("street1", "street2", "city", "stateProv", "country", "county", "postalCode", "generation", "descendantCount"),
)
FIELDS = tuple("".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name) for name in WIRE_FIELDS)
