"""Makes the domain below /state, without root: what needs root (owners of the share's files) is not needed for LDAP."""
import sys

import samba.provision
from samba.netcmd.main import samba_tool

samba.provision.setsysvolacl = lambda *arguments, **names: None
with open("/config/secrets/administrator", encoding="utf-8") as file:
    password = file.read().strip()
options = {
    "vfs objects": "dfs_samba4 acl_xattr xattr_tdb",
    "xattr_tdb:file": "/state/xattr.tdb",
    "posix:eadb": "/state/eadb.tdb",
    "pid directory": "/tmp/samba",
    "ncalrpc dir": "/tmp/samba/ncalrpc",
    "winbindd socket directory": "/tmp/samba/winbindd",
}
sys.exit(
    samba_tool(
        "domain", "provision", "--realm=KOMMUNE.LAN", "--domain=KOMMUNE", "--server-role=dc", "--dns-backend=NONE",
        f"--adminpass={password}", "--host-name=dc1", "--targetdir=/state/ad",
        *[f"--option={name}={value}" for name, value in options.items()],
    )
)
