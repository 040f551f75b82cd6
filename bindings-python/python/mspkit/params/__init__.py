"""What operations take by name, as a `TypedDict` for each: in a module for each service.

    from mspkit.params.ncentral import ServiceOrgsCreateCustomerParams

    def create(client: NCentral, row: ServiceOrgsCreateCustomerParams) -> Customer:
        return client.service_orgs.create_customer(50, **row)

The name is that of the method: group, method, `Params`.
"""
