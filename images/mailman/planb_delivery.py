"""Delivery: who gets a letter, asked at once; to people of the house many at a time; and nobody twice after a fall."""

import base64
import copy
import hashlib
import hmac
import os

from mailman.config import config
from mailman.database.transaction import dbconnection
from mailman.interfaces.member import MemberRole
from mailman.interfaces.mta import SomeRecipientsFailed
from mailman.model import roster
from mailman.model.address import Address
from mailman.model.member import Member
from mailman.model.user import User
from mailman.mta import deliver as mta
from mailman.mta.base import BaseDelivery
from planb_posting import domain_of, leave_trace, settings
from sqlalchemy.orm import joinedload


def in_one(query):
    """Mailman asks five times for each member what they chose; with thousands of members that took longer than to send."""
    address = joinedload(Member._address)
    user = joinedload(Member._user)
    return query.options(
        joinedload(Member.preferences),
        address.joinedload(Address.preferences),
        address.joinedload(Address.user).joinedload(User.preferences),
        user.joinedload(User.preferences),
    )


@dbconnection
def members_by_mode(self, store, *modes):
    """As Mailman's own, see `in_one`."""
    of_list = store.query(Member).filter_by(list_id=self._mlist.list_id, role=MemberRole.member)
    yield from (member for member in in_one(of_list) if member.delivery_mode in modes)


@dbconnection
def members_by_role(self, store):
    """As Mailman's own, see `in_one`."""
    return in_one(store.query(Member).filter(Member.list_id == self._mlist.list_id, Member.role == self.role))


roster.DeliveryMemberRoster._get_members = members_by_mode
roster.AbstractRoster._query = members_by_role


class OneClick(mta.Deliver):
    """A letter for one receiver from outside, with the link that takes them off without a login (RFC 8058)."""

    def __init__(self):
        super().__init__()
        with open('/config/secrets/link-key') as key:
            self._key = key.read().strip().encode()
        self._origin = settings()['site']['origin']
        self.callbacks.insert(0, self.add_link)

    def add_link(self, mlist, msg, msgdata):
        address = msgdata['recipient'].lower().encode()
        name = mlist.list_name.encode()
        proof = hmac.new(self._key, name + b'\n' + address, hashlib.sha256).digest()
        who, signature = (base64.urlsafe_b64encode(part).decode().rstrip('=') for part in (address, proof))
        del msg['list-unsubscribe'], msg['list-unsubscribe-post']
        msg['List-Unsubscribe'] = (
            f'<{self._origin}/afmeld/{mlist.list_name}/{who}/{signature}>,\n\t<mailto:{mlist.leave_address}>')
        msg['List-Unsubscribe-Post'] = 'List-Unsubscribe=One-Click'


# What Mailman takes where each receiver gets a letter of their own.
mta.Deliver = OneClick


class Progress:
    """
    To whom the mail server has taken a letter, kept on disk until it has for all: a process that was killed goes on where it was.
    Only those whom it was taking it for at that moment get it twice.
    """

    def __init__(self, mlist, msg, everybody):
        known = '\n'.join([mlist.list_id, str(msg['message-id']), *sorted(everybody)])
        name = hashlib.sha256(known.encode('utf-8', 'replace')).hexdigest()
        self._path = os.path.join(config.DATA_DIR, f'sent-{name}')

    def had(self):
        try:
            with open(self._path) as file:
                return set(file.read().split('\n'))
        except FileNotFoundError:
            return set()

    def add(self, some):
        with open(self._path, 'a') as file:
            file.write(''.join(f'{one}\n' for one in some))

    def end(self):
        try:
            os.unlink(self._path)
        except FileNotFoundError:
            pass


deliver_to_recipients = BaseDelivery._deliver_to_recipients


def deliver_and_note(self, mlist, msg, msgdata, recipients):
    refused = deliver_to_recipients(self, mlist, msg, msgdata, recipients)
    if 'planb_progress' in msgdata:
        msgdata['planb_progress'].add(one for one in recipients if one not in refused)
    return refused


BaseDelivery._deliver_to_recipients = deliver_and_note


def deliver(mlist, msg, msgdata):
    """To people of the house five hundred at once; to each from outside a letter of their own, if it is one of the list."""
    leave_trace(mlist, msg)
    everybody = {*(msgdata.get('recipients') or ())}
    progress = Progress(mlist, msg, everybody)
    own = settings()['ownDomains'] if msg['list-unsubscribe'] and not msgdata.get('reduced_list_headers') else None
    outside = {one for one in everybody if own is not None and domain_of(one) not in own}
    had = progress.had() if len(everybody) > 1 else set()
    temporary, permanent = [], []
    for some, alone in ((everybody - outside - had, False), (outside - had, True)):
        if not some:
            continue
        notes = {'planb_progress': progress} if len(everybody) > 1 else {}
        try:
            # The footer goes into a copy: who gets the letter later would have it twice.
            mta.deliver(mlist, copy.deepcopy(msg), {**msgdata, **notes, 'recipients': some, 'verp': alone})
        except SomeRecipientsFailed as failed:
            temporary.extend(failed.temporary_failures)
            permanent.extend(failed.permanent_failures)
    progress.end()
    if temporary or permanent:
        raise SomeRecipientsFailed(temporary, permanent)
