"""The mail server's two ends for the test: takes what the lists send, hands in mail by LMTP over TLS."""

import asyncio
import json
import os
import smtplib
import socket
import ssl
import sys
import time

from aiosmtpd.controller import Controller


def context(purpose):
    made = ssl.create_default_context(purpose, cafile='/config/ca.pem')
    made.load_cert_chain('/config/tls/cert.pem', '/config/tls/key.pem')
    return made


class Sink:
    async def handle_DATA(self, server, session, envelope):
        certificate = session.ssl.get_peer_certificate() if hasattr(session.ssl, 'get_peer_certificate') else None
        seen = session.ssl.get('peercert') if isinstance(session.ssl, dict) else certificate
        line = {'from': envelope.mail_from, 'to': envelope.rcpt_tos, 'peer': str(seen),
                'content': envelope.content.decode('utf8', 'replace')}
        with open('/tmp/taken.jsonl', 'a') as taken:
            taken.write(json.dumps(line) + '\n')
        # What is taken and not yet answered is what a fall there leaves in doubt.
        if b'X-Slow: yes' in envelope.content and len(envelope.rcpt_tos) > 1:
            await asyncio.sleep(3)
        return '250 OK'


class Lmtp(smtplib.LMTP):
    """LMTP inside TLS from the first byte, as the mail server speaks it."""

    def _get_socket(self, host, port, timeout):
        return context(ssl.Purpose.SERVER_AUTH).wrap_socket(
            socket.create_connection((host, port), timeout), server_hostname=host)


if sys.argv[1] == 'sink':
    tls = context(ssl.Purpose.CLIENT_AUTH)
    # Only who shows a certificate of the stack gets through the handshake.
    tls.verify_mode = ssl.CERT_REQUIRED
    Controller(Sink(), hostname='0.0.0.0', port=2526, tls_context=tls, require_starttls=True).start()
    while True:
        time.sleep(60)
else:
    sender, recipient = sys.argv[2:4]
    with Lmtp('lists', 8024) as lmtp:
        print(lmtp.sendmail(sender, recipient, sys.stdin.buffer.read() if len(sys.argv) < 5
                            else sys.argv[4].encode('utf8').replace(b'\n', b'\r\n')))
