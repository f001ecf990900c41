# SPDX-License-Identifier: Apache-2.0
"""
Decides who initialises, who joins and whose keys count, from what each host holds: pure functions, tried in
test/roles/kubernetes.

Nothing here depends on a host's place in the list: the cluster is initialised, and asked, where something is alive.
"""

from __future__ import annotations

# What kubernetes_state says of etcd where it could ask.
KNOWN = ('empty', 'data')


def kubernetes_plan(found, masters, configuration):
    """
    What is to be done, or why nothing may be done.

    found: what kubernetes_state says of every host that answered, by name; masters: all masters, also silent ones;
    configuration: SHA-256 of the cluster's configuration as it shall be.
    Gives a dict:
      problem      why the run must stop, for people; empty if it need not
      live         a master that works and whose API server is ready; empty if there is none
      initialiser  who runs `kubeadm init`; empty when the cluster is initialised
      joiners      who runs `kubeadm join`
      outdated     masters that work with another configuration, the one to try it on first
      keys_holder  who gives the keys that masters share to those of keys_missing, and makes them if nobody has them
      keys_missing masters that need them
      keys_create  whether nobody has them
    """
    answering = {name: found[name] for name in masters if name in found}
    working = {name: state for name, state in answering.items() if state['joined']}
    live = first(name for name, state in working.items() if state['ready'])
    keys = shared_keys(answering, working)
    initialiser = (
        ''
        if working
        else first_by(answering, lambda state: (state['etcd'] in KNOWN, state['ready'], state['started']))
    )
    plan = {
        'live': live,
        'initialiser': initialiser,
        'joiners': [
            name
            for name, state in found.items()
            # Without a master in the play (--limit), who has joined is taken at its word.
            if name != initialiser and not (state['joined'] and keys['authority'] in ('', state['authority']))
        ],
        'outdated': sorted(
            (name for name, state in working.items() if state['applied'] != configuration),
            key=lambda name: name != live,
        ),
        **keys,
    }
    return {'problem': problem(answering, working, masters, plan), **plan}


def shared_keys(answering, working):
    """The keys of a working master count; before there is one, those that most was begun with."""
    complete = {name: state for name, state in answering.items() if state['shared_keys']}
    of_working = {name: state for name, state in complete.items() if name in working}
    authorities = [state['authority'] for state in complete.values()]
    holder = (
        first(of_working)
        if working
        else first_by(complete, lambda state: (state['ready'], state['started'], authorities.count(state['authority'])))
        or first(answering)
    )
    authority = next((state['authority'] for state in working.values()), answering.get(holder, {}).get('authority', ''))
    return {
        'authority': authority,
        'keys_holder': holder,
        'keys_missing': [
            name
            for name, state in answering.items()
            if name not in working and name != holder and not (state['shared_keys'] and state['authority'] == authority)
        ],
        'keys_create': not complete and not working,
    }


def problem(answering, working, masters, plan):
    """The first reason why going on could harm a cluster, if there is any."""
    silent = [name for name in masters if name not in answering]
    etcd = {state['etcd'] for state in answering.values() if state['etcd']}
    waiting = [*filter(None, [plan['initialiser']]), *plan['joiners']]
    if not waiting:
        return ''
    if not answering:
        return (
            f"{', '.join(waiting)} can't join without a master, and none took part ({', '.join(masters)}). With --limit, name the "
            'masters, too: --limit kube_control_plane,<new nodes>. Otherwise see why none answers.'
        )
    if len({state['authority'] for state in working.values()}) > 1:
        return (
            f"The masters {', '.join(working)} belong to clusters with different CAs (/etc/kubernetes/pki/ca.crt). Rebuild those "
            'that are not of this cluster.'
        )
    if working and not plan['live']:
        return (
            f"{', '.join(waiting)} can't join: no API server is ready on {', '.join(working)}. Look at /readyz?verbose and at "
            '`crictl`- or `ctr`-listed containers there, bring one to run and run again.'
        )
    if working and plan['keys_missing'] and not plan['keys_holder']:
        return (
            f"{', '.join(plan['keys_missing'])} can't become masters: no working master has the keys that masters share "
            '(/etc/kubernetes/pki). Put them back from a backup.'
        )
    if not working and not etcd & set(KNOWN):
        return f"The cluster can't be initialised, since nobody can say whether etcd holds one: {'; '.join(sorted(etcd))}"
    if not working and 'data' in etcd and silent:
        return (
            f"etcd holds a cluster, and none of {', '.join(answering)} has finished joining it. {', '.join(silent)} did not "
            'answer; bring them back (or leave dead ones out of the cluster for good) and run again without --limit.'
        )
    if plan['keys_create'] and 'data' in etcd:
        return (
            "etcd holds a cluster, but no master has its keys, without which nobody can read it as that cluster's master. Put "
            '/etc/kubernetes/pki back from a backup on any master. To begin anew instead, remove the keys below /registry/.'
        )
    return ''


def first(names):
    return next(iter(names), '')


def first_by(states, rank):
    """The first name of those that rank highest; empty if there are none."""
    return max(states, key=lambda name: rank(states[name]), default='')


def kubernetes_planned_nodes(names, hostvars):
    """The nodes for kubernetes_nodes, from their host_vars."""
    return [
        {
            'name': name,
            'pod_cidr': hostvars[name]['node_pod_cidr'],
            'labels': {
                **hostvars[name]['node_labels'],
                # The kubelet may not give itself a role; kubeadm gives masters theirs.
                **({} if hostvars[name]['node_role'] == 'control-plane' else {'node-role.kubernetes.io/worker': ''}),
            },
            'taints': hostvars[name]['node_taints'],
        }
        for name in names
    ]


class FilterModule:
    """What Ansible looks for."""

    def filters(self):
        return {'kubernetes_plan': kubernetes_plan, 'kubernetes_planned_nodes': kubernetes_planned_nodes}
