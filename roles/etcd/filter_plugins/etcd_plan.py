"""
Decides how etcd's members come together, from what each host holds: pure functions, tried in test/roles/etcd.

Nothing here depends on a host's place in the list: who makes the authority and who is asked is whoever is there.
"""

from __future__ import annotations

# A database that etcd has only just made takes 20 KiB of the disk; one of a Kubernetes cluster takes megabytes. Above this,
# in bytes, a database without its write-ahead log is not the rest of an interrupted start, but data that can be saved.
NEW_DATABASE = 128 * 1024


def etcd_plan(found, addresses):
    """
    What is to be done, or why nothing may be done.

    found: what etcd_state says of every host that answered, by name; addresses: of every host of the group, by name.
    Gives a dict:
      peer_urls  where the members speak to each other, by host
      problem    why the run must stop, for people; empty if it need not
      ca_holder  who makes the authority, or gives it to those of ca_missing
      ca_missing hosts without it
      state      how members without data start: `new` (a bootstrap) or `existing`
      start      hosts that start for the first time as members that the cluster already knows of, or as all of it
      cluster    what they take for the cluster: `name=url,…`
      forget     member id by host, of members whose disk was lost
      add        hosts that must be made members
      join       hosts that become members one at a time, as learners first
      unknown    members that are no host of the group, by name and URL
    """
    peer_urls = {name: f'https://{address}:2380' for name, address in addresses.items()}
    plan = {
        'problem': '',
        'peer_urls': peer_urls,
        **authority(found),
        'state': 'new',
        'start': [],
        'cluster': '',
        'forget': {},
        'add': [],
        'join': [],
        'unknown': [],
    }
    holders = [name for name, host in found.items() if host['data']]
    empty = [name for name, host in found.items() if not host['data']]
    plan |= bootstrap(empty, peer_urls) if not holders else membership(found, holders, empty, peer_urls)
    plan['problem'] = problem(found, holders, empty, peer_urls, plan)
    return plan


def authority(found):
    """
    The authority comes from any host that has it whole; if there is none at all, any host makes it. One whose key is lost
    everywhere goes on being trusted, but is not replaced: that would cut every client off.
    """
    names = list(found)
    having = [name for name in names if found[name]['ca_key']]
    if not having and any(host['ca'] for host in found.values()):
        return {'ca_holder': '', 'ca_missing': []}
    return {
        'ca_holder': (having or names or [''])[0],
        'ca_missing': [name for name in names if name not in having],
    }


def bootstrap(empty, peer_urls):
    return {'start': empty, 'cluster': initial_cluster(peer_urls.items())}


def membership(found, holders, empty, peer_urls):
    """What becomes of hosts without data next to members that have some."""
    views = [found[name] for name in holders if found[name]['members']]
    if not views:
        return {}
    # A cluster that never had a quorum has never changed; of one that had, a learner knows as much as any other.
    view = max(views, key=lambda host: (host['formed'], len(host['members'])))
    names = {url: name for name, url in peer_urls.items()}
    member_of = {names.get(member['peer_urls'][0]): member for member in view['members']}
    known = {name: member_of[name] for name in empty if name in member_of}

    def listed(predicate):
        return [name for name, member in known.items() if predicate(member)]

    # etcd writes a member's client URLs down when it first serves: one without has never held anything.
    never_started = listed(lambda member: not member['started'] and not member['learner'])
    waiting_learners = listed(lambda member: not member['started'] and member['learner'])
    lost = listed(lambda member: member['started'])
    new = [name for name in empty if name not in known]
    learners = [name for name in holders if member_of.get(name, {}).get('learner')]
    return {
        # A member can look at the cluster and take its identity from there as soon as that has formed; before, it has to
        # be started as the others were. etcd itself then refuses one that has served before.
        'state': 'existing' if view['formed'] else 'new',
        'start': never_started,
        'cluster': cluster_of(view['members'], peer_urls),
        'forget': {name: known[name]['id'] for name in lost},
        'add': [*lost, *new],
        'join': [*learners, *waiting_learners, *lost, *new],
        'unknown': [
            f"{member['name'] or member['id']} ({member['peer_urls'][0]})"
            for member in view['members']
            if member['peer_urls'][0] not in names
        ],
    }


def problem(found, holders, empty, peer_urls, plan):
    """The first reason why going on could lose data, if there is any."""
    silent = [name for name in peer_urls if name not in found]
    torn = [name for name in empty if found[name]['torn_bytes'] > NEW_DATABASE]
    authorities = {host['ca'] for host in found.values() if host['ca']}
    clusters = {host['cluster_id'] for host in found.values() if host['cluster_id']}
    unsigned = [name for name, host in found.items() if host['certificate_problem']]
    in_need = sorted({*empty, *plan['join'], *unsigned, *plan['ca_missing']})
    if silent and in_need:
        return (
            f"{', '.join(silent)} did not answer, and what {', '.join(in_need)} may do depends on what every etcd host holds. "
            'Bring all of them back (or leave dead ones out of the cluster for good) and run again without --limit.'
        )
    if len(authorities) > 1:
        return (
            'The etcd hosts have certificate authorities that differ (/etc/etcd/pki/ca.crt). Keep the one that the running '
            'members use, and move /etc/etcd/pki away on the other hosts.'
        )
    if authorities and not any(host['ca_key'] for host in found.values()) and (unsigned or empty):
        return (
            f"No etcd host has the key of the certificate authority (/etc/etcd/pki/ca.key) any more, and {', '.join(in_need)} "
            'needs a certificate. Put the key back from a backup.'
        )
    if torn:
        return (
            f"{', '.join(torn)} has an etcd database in /var/lib/kubehaus-etcd without its write-ahead log. Nothing is started "
            'over it: save it (etcdutl snapshot restore --skip-hash-check), or move the folder away if it is of no use.'
        )
    if not holders and any(found[name]['lost'] for name in empty):
        return (
            f"etcd was up on {', '.join(name for name in empty if found[name]['lost'])}, and now no host has its data "
            '(/var/lib/kubehaus-etcd). Bring the data back (is a disk not mounted?) or restore a snapshot. To begin with an '
            'empty etcd instead, remove /etc/etcd/etcd.env on every etcd host.'
        )
    if len(clusters) > 1:
        return f"The etcd hosts hold data of different clusters ({', '.join(sorted(clusters))}). Move away what is not of this one."
    if holders and empty and not clusters:
        return (
            f"{', '.join(holders)} holds etcd's data, but none of them answers, so nobody can say what {', '.join(empty)} is to "
            'it. Look at `journalctl -u etcd` there, bring it to run and run again.'
        )
    return quorum_problem(found, holders, plan)


def quorum_problem(found, holders, plan):
    """Membership can only be changed by a majority of the voters."""
    if not plan['forget'] and not plan['add']:
        return ''
    view = next(found[name]['members'] for name in holders if found[name]['members'])
    voters = [member for member in view if not member['learner']]
    alive = [name for name in holders if name not in plan['join']] + plan['start']
    if 2 * len(alive) > len(voters):
        return ''
    return (
        f"Only {len(alive)} of etcd's {len(voters)} members still have their data, which is no quorum: "
        f"{', '.join(plan['add'])} can't be added. Restore etcd from a snapshot."
    )


def initial_cluster(pairs):
    return ','.join(f'{name}={url}' for name, url in pairs)


def cluster_of(members, peer_urls):
    """The same for members that a running cluster lists; one that has not started has no name there yet."""
    names = {url: name for name, url in peer_urls.items()}
    return initial_cluster(
        (names.get(url, member['name'] or member['id']), url) for member in members for url in member['peer_urls']
    )


def etcd_listed(listing, peer_urls):
    """Members in the form of etcd_state, from the answer of `etcdctl member list --write-out=json`."""
    return cluster_of(
        [
            {'id': f"{member['ID']:x}", 'name': member.get('name', ''), 'peer_urls': member['peerURLs']}
            for member in listing['members']
        ],
        peer_urls,
    )


def etcd_learner(listing, peer_url):
    """The id, in hex, of the learner with this peer URL, from the same answer; empty if it votes already."""
    ids = [f"{member['ID']:x}" for member in listing['members'] if peer_url in member['peerURLs'] and member.get('isLearner')]
    return (ids or [''])[0]


class FilterModule:
    """What Ansible looks for."""

    def filters(self):
        return {'etcd_plan': etcd_plan, 'etcd_listed': etcd_listed, 'etcd_learner': etcd_learner}
