"""Who wrote a letter, who may join by mail, and what has been here before: stricter than Mailman's own rules."""

import json
import re

from email.utils import getaddresses

from mailman.app.subscriptions import SubscriptionWorkflow
from mailman.config import config
from mailman.core.i18n import _
from mailman.email.message import Message
from mailman.interfaces.address import IEmailValidator, InvalidEmailAddressError
from mailman.interfaces.mailinglist import SubscriptionPolicy
from mailman.rules.emergency import Emergency
from mailman.rules.loop import Loop
from sqlalchemy import text
from zope.component import getUtility

# Names the lists that a letter has been on; the header that mailing list programs know.
TRACE = 'X-BeenThere'


def settings():
    """What the pages know of the lists."""
    with open('/config/lists.json') as file:
        return json.load(file)


def domain_of(address):
    return address.rpartition('@')[2].lower()


def valid(address):
    return getUtility(IEmailValidator).is_valid(address)


def author(msg):
    """
    The one address that From names. None: there are several, or it is not plain which one.

    Mailman's own reads encoded words before it looks for addresses, so a stranger's name could be an owner's address.
    """
    lines = msg.get_all('from', [])
    named = [address.lower() for line in lines
             for _name, address in getaddresses([re.sub('[\r\n]', '', str(line))]) if '@' in address]
    return named[0] if len(lines) == len(named) == 1 and valid(named[0]) else None


class Aliases:
    """Whose address an alias of the staff is, as the steward told the pages."""

    made = False

    @classmethod
    def primary(cls, address):
        store = config.db.store
        # The pages make the table; a query without it would spoil the transaction.
        cls.made = cls.made or store.execute(text("select to_regclass('planb.alias')")).scalar() is not None
        if not cls.made:
            return address
        query = text('select owner from planb.alias where address = :address')
        return store.execute(query, {'address': address}).scalar() or address


def senders(self):
    """
    Who wrote, by the address they are a member with. Mailman takes any of From, envelope, Reply-To and Sender that is a member,
    so that a stranger would write as an owner. The envelope only says who is told that a doubtful letter is held.
    """
    wrote = author(self)
    if wrote:
        return [Aliases.primary(wrote)]
    envelope = (self.get_unixfrom() or '').lower()
    return [envelope] if valid(envelope) else []


Message.senders = property(senders)


def hold(msg, msgdata, reason):
    msgdata['moderation_sender'] = msg.sender
    msgdata.setdefault('moderation_reasons', []).append(reason)
    return True


in_emergency = Emergency.check


def doubtful(self, mlist, msg, msgdata):
    """What holds before anybody is let through as a member, an owner or a moderator."""
    if author(msg) is None and not msgdata.get('moderator_approved'):
        with _.defer_translation():
            return hold(msg, msgdata, _('The message does not say plainly who wrote it'))
    return in_emergency(self, mlist, msg, msgdata)


Emergency.check = doubtful


def came_back(self, mlist, msg, msgdata):
    """
    Mailman 3.3.10's own rule compares the bare address with a header that says <mailto:...>, so it never matches; and another
    list on the way replaces what it looks at.
    """
    posts = ' '.join(msg.get_all('list-post', [])).lower()
    ids = ' '.join(msg.get_all('list-id', [])).lower()
    been = mlist.posting_address in traces(msg)
    if not been and f'<mailto:{mlist.posting_address}>' not in posts and f'<{mlist.list_id}>' not in ids:
        return False
    with _.defer_translation():
        # Translated where it is told.
        return hold(msg, msgdata, _('Message has already been posted to this list'))


Loop.check = came_back


def traces(msg):
    return [str(one).strip().lower() for one in msg.get_all(TRACE, [])]


def leave_trace(mlist, msg):
    """Marks what leaves a list, once; also digests and notices, which could come back too."""
    if mlist.posting_address not in traces(msg):
        msg[TRACE] = mlist.posting_address


checked_sanity = SubscriptionWorkflow._step_sanity_checks
checked_moderation = SubscriptionWorkflow._step_moderation_checks


def no_list_on_a_list(self):
    if self.address is not None and domain_of(self.address.email) == self.mlist.mail_host:
        listed = self.address.email
        raise InvalidEmailAddressError(_('A list cannot be on a list: ${listed}'))
    checked_sanity(self)


def staff_joins(self):
    """
    To a list that is open, the staff is let in once they have confirmed by mail from an address of the house; about everybody
    else a moderator decides.
    """
    confirmed = self.mlist.subscription_policy is SubscriptionPolicy.confirm_then_moderate
    if confirmed and domain_of(self.address.email) in settings()['ownDomains']:
        self.push('do_subscription')
    else:
        checked_moderation(self)


SubscriptionWorkflow._step_sanity_checks = no_list_on_a_list
SubscriptionWorkflow._step_moderation_checks = staff_joins
