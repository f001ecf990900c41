"""Drives the lab's API with Hetzner's own client, as a user's script would. Prints what it saw as JSON."""

import json
import os
import sys
import warnings

# A field that Hetzner has taken out of its API must not be in the lab's answers either.
warnings.simplefilter("error", DeprecationWarning)

from hcloud import APIException, Client  # noqa: E402
from hcloud.firewalls import FirewallResource, FirewallRule  # noqa: E402
from hcloud.images import Image  # noqa: E402
from hcloud.locations import Location  # noqa: E402
from hcloud.networks import NetworkSubnet  # noqa: E402
from hcloud.server_types import ServerType  # noqa: E402

client = Client(
    token=os.environ["HCLOUD_TOKEN"], api_endpoint=os.environ["HCLOUD_ENDPOINT"], poll_interval=0.02
)
public_key = sys.argv[1]
seen = {}


def refused(call):
    try:
        call()
    except APIException as error:
        return error.code
    return None


seen["locations"] = [location.name for location in client.locations.get_all()]
seen["server_types"] = len(client.server_types.get_all())
image = client.images.get_by_name_and_architecture("debian-12", "x86")
seen["image"] = image.description

key = client.ssh_keys.create(name="operator", public_key=public_key)
seen["same_key"] = refused(lambda: client.ssh_keys.create(name="other", public_key=public_key))
group = client.placement_groups.create(name="masters", type="spread").placement_group

rules = [FirewallRule(direction="in", protocol="tcp", port="22", source_ips=["0.0.0.0/0"], destination_ips=[])]
created = client.firewalls.create(name="nodes", rules=rules)
for action in created.actions:
    action.wait_until_finished()
firewall = created.firewall

servers = []
for number in (1, 2, 3):
    response = client.servers.create(
        name=f"master-{number}",
        server_type=ServerType(name="cx33"),
        image=Image(name="debian-12"),
        location=Location(name="fsn1"),
        ssh_keys=[key],
        user_data="#cloud-config\n",
        labels={"role": "master", "number": str(number)},
        placement_group=group,
        firewalls=[firewall],
    )
    seen.setdefault("created_as", []).append(response.server.status)
    response.action.wait_until_finished()
    for action in response.next_actions:
        action.wait_until_finished()
    servers.append(client.servers.get_by_id(response.server.id))

seen["statuses"] = [server.status for server in servers]
seen["addresses"] = [server.public_net.ipv4.ip for server in servers]
seen["firewalls"] = [[f.status for f in server.public_net.firewalls] for server in servers]
seen["in_group"] = len(client.placement_groups.get_by_id(group.id).servers)
seen["selected"] = [server.name for server in client.servers.get_all(label_selector="number notin (1,2)")]
seen["same_name"] = refused(
    lambda: client.servers.create(name="master-1", server_type=ServerType("cx33"), image=Image(name="debian-12"))
)

server = servers[0]
server.power_off().wait_until_finished()
seen["off"] = client.servers.get_by_name("master-1").status
server.change_type(ServerType(name="cx43"), upgrade_disk=False).wait_until_finished()
server.reload()
seen["changed"] = [server.status, server.server_type.name, server.primary_disk_size]
server.rebuild(Image(name="debian-12")).action.wait_until_finished()
server.change_protection(delete=True, rebuild=True).wait_until_finished()
seen["protected"] = [refused(server.delete), refused(lambda: server.rebuild(Image(name="debian-12")))]
server.change_protection(delete=False, rebuild=False).wait_until_finished()
seen["updated"] = server.update(labels={"role": "worker"}).labels

for action in firewall.set_rules([]):
    action.wait_until_finished()
seen["in_use"] = refused(firewall.delete)
for action in firewall.remove_from_resources([FirewallResource(type="server", server=s) for s in servers]):
    action.wait_until_finished()
seen["firewall_deleted"] = firewall.delete()

network = client.networks.create(name="mesh", ip_range="10.0.0.0/16")
subnet = NetworkSubnet(type="cloud", network_zone="eu-central", ip_range="10.0.1.0/24")
network.add_subnet(subnet).wait_until_finished()
seen["subnets"] = [s.ip_range for s in client.networks.get_by_id(network.id).subnets]
server.attach_to_network(network, ip="10.0.1.5").wait_until_finished()
server.reload()
seen["attached"] = [[net.network.id == network.id, net.ip, net.alias_ips] for net in server.private_net]
seen["members"] = [s.id == server.id for s in client.networks.get_by_id(network.id).servers]
seen["attached_again"] = refused(lambda: server.attach_to_network(network))
seen["same_ip"] = refused(lambda: servers[1].attach_to_network(network, ip="10.0.1.5"))
seen["subnet_in_use"] = refused(lambda: network.delete_subnet(subnet))
server.detach_from_network(network).wait_until_finished()
server.reload()
seen["detached"] = server.private_net

ip = client.primary_ips.create(type="ipv4", name="kept", location=Location(name="fsn1")).primary_ip
seen["primary_ip"] = [ip.ip, ip.assignee_id, len(client.primary_ips.get_all())]
ip.delete()

seen["commands"] = [action.command for action in server.get_actions()]
for server in servers:
    server.delete().wait_until_finished()
seen["left"] = [server.name for server in client.servers.get_all()]
seen["gone"] = refused(lambda: client.servers.get_by_id(server.id))
for resource in (group, key, network):
    resource.delete()
print(json.dumps(seen))
