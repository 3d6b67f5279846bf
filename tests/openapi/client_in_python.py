"""What an integrator writes over the generated client; the test runs it in a process of its own."""

import os

from client import AuthenticatedClient
from client.api.customer import change_customer, create_customer, get_customer, list_customer
from client.models import Customer, CustomerChange, CustomerInput, Problem

client = AuthenticatedClient(os.environ["BASE"], token=os.environ["TOKEN"])
made = create_customer.sync(client=client, body=CustomerInput(customer_no="C9000001", full_name="李四"), idempotency_key="one")
assert isinstance(made, Customer), made
found = list_customer.sync(client=client, where="full_name == '李四'", limit=10)
assert found is not None
assert not isinstance(found, Problem)
change = CustomerChange.from_dict({"level": "3"})
changed = change_customer.sync(made.id, client=client, body=change, if_match=f'"{made.version}"')
assert isinstance(changed, Customer), changed
read = get_customer.sync(made.id, client=client)
assert isinstance(read, Customer), read
refused = change_customer.sync(made.id, client=client, body=change, if_match=f'"{made.version}"')
assert isinstance(refused, Problem), refused
print(f"created {made.full_name}, found {len(found.to_dict()['items'])}, level {read.level}, then {refused.code}")
