"""The existing directory's administrator: seeds it and changes it, straight in sam.ldb, each call one transaction."""
import random
import sys
import time

import ldb
import yaml
from samba.auth import system_session
from samba.dsdb import DSDB_CONTROL_BYPASS_PASSWORD_HASH_OID, UF_ACCOUNTDISABLE, UF_DONT_EXPIRE_PASSWD, UF_NORMAL_ACCOUNT
from samba.param import LoadParm
from samba.samdb import SamDB

LP = LoadParm()
LP.load("/tmp/samba/smb.conf")
SAM = SamDB(url=LP.private_path("sam.ldb"), session_info=system_session(), lp=LP)
BASE = str(SAM.domain_dn())
DOMAIN = "kommune.lan"
ROOT = f"OU=Kommune,{BASE}"
PEOPLE = f"OU=Brugere,{ROOT}"
GROUPS = f"OU=Grupper,{ROOT}"
SERVICES = f"OU=Servicekonti,{ROOT}"
RESOURCES = f"OU=Ressourcer,{ROOT}"
LONG_AGO = "127487520000000000"  # 2005-01-01 as Windows counts
NEVER = "-9223372036854775808"
PASSWORD_LAST_SET = f"local_oid:{DSDB_CONTROL_BYPASS_PASSWORD_HASH_OID}:0"  # lets pwdLastSet be any time


def below(parent, kind, name):
    """The DN of a child, its name escaped as it must be."""
    dn = ldb.Dn(SAM, parent)
    dn.add_child(ldb.Dn(SAM, f"{kind}=x"))
    dn.set_component(0, kind, name)
    return str(dn)


def find(login):
    """The DN of a person or a group, by login."""
    found = SAM.search(BASE, ldb.SCOPE_SUBTREE, f"(sAMAccountName={ldb.binary_encode(login)})", ["1.1"])
    if len(found) != 1:
        sys.exit(f"ad-admin: no one has the login {login}")
    return str(found[0].dn)


def replace(dn, controls=(), **values):
    message = ldb.Message(ldb.Dn(SAM, dn))
    for name, value in values.items():
        message[name] = ldb.MessageElement([] if value is None else value, ldb.FLAG_MOD_REPLACE, name)
    SAM.modify(message, controls=list(controls))


def quoted(password):
    return f'"{password}"'.encode("utf-16-le")


def unit(name, parent=PEOPLE):
    SAM.add({"dn": below(parent, "OU", name), "objectClass": "organizationalUnit"})


def person(login, given, surname, where, department, number, password, **more):
    """Adds a person; `more` as people.yaml says."""
    domain = more.get("mailDomain", "kommune.example")
    ascii_login = login.replace("ø", "oe").replace("æ", "ae").replace("å", "aa").replace("#", ".").replace("+", ".")
    state = more.get("state", "")
    name = f"{given} {surname}"[:64]
    entry = {
        "dn": below(where, "CN", name), "objectClass": "user", "sAMAccountName": login, "givenName": given, "sn": surname,
        "displayName": more.get("display", name), "department": department, "title": more.get("title", "Sagsbehandler"),
        "telephoneNumber": f"+45 70 {number // 10000 % 100:02d} {number // 100 % 100:02d} {number % 100:02d}",
        "company": "Demo Kommune", "employeeID": str(100000 + number), "unicodePwd": quoted(password),
        "userAccountControl": str(UF_NORMAL_ACCOUNT | (UF_ACCOUNTDISABLE if state == "disabled" else 0)),
    }
    if more.get("principal", True):
        entry["userPrincipalName"] = f"{login}@{DOMAIN}"
    if more.get("mail", True):
        entry["mail"] = f"{ascii_login}@{domain}"
        aliases = [f"smtp:{alias}@{domain}" for alias in more.get("aliases", [])]
        entry["proxyAddresses"] = [f"SMTP:{entry['mail']}", *aliases]
    if state == "mustChange":
        entry["pwdLastSet"] = "0"
    if state == "accountExpired":
        entry["accountExpires"] = LONG_AGO
    SAM.add(entry)
    if state == "passwordExpired":
        replace(entry["dn"], [PASSWORD_LAST_SET], pwdLastSet=LONG_AGO)
    if state == "locked":
        lock(entry["dn"])
    return entry["dn"]


def lock(dn):
    replace(dn, lockoutTime=str(int((time.time() + 11644473600) * 10**7)))


def group(name, members=(), mail=None):
    entry = {"dn": below(GROUPS, "CN", name[:64]), "objectClass": "group", "sAMAccountName": login_of(name), "displayName": name,
             "groupType": "-2147483646"}
    if members:
        entry["member"] = list(members)
    if mail:
        entry["mail"] = mail
    SAM.add(entry)
    return entry["dn"]


def login_of(name):
    """sAMAccountName of a group may hold no quotes, commas and the like."""
    return "".join(c for c in name if c not in '"/\\[]:;|=,+*?<>')


def seed():
    with open("/usr/local/lib/existing-ad/people.yaml", encoding="utf-8") as file:
        data = yaml.safe_load(file)
    # Passwords last ten years, so that a kept volume still works; ten wrong ones lock for good, so that tests see it.
    replace(BASE, maxPwdAge=str(-3650 * 86400 * 10**7), minPwdAge="0", lockoutThreshold="10", lockoutDuration=NEVER,
            lockOutObservationWindow=str(-1800 * 10**7))
    SAM.add({"dn": ROOT, "objectClass": "organizationalUnit"})
    for name in ("Brugere", "Grupper", "Servicekonti"):
        unit(name, ROOT)
    for name in data["units"]:
        unit(name)
    of_login, of_unit, of_group = {}, {}, {}
    for number, (login, given, surname, department, *rest) in enumerate(data["people"], 1):
        more = {"mailDomain": data["mailDomain"], **(rest[0] if rest else {})}
        dn = person(login, given, surname, below(PEOPLE, "OU", department), department, number, data["password"], **more)
        of_login[login] = dn
        of_unit.setdefault(department, []).append(dn)
    for entry in data["groups"]:
        mail = f"{entry['mail']}@{data['mailDomain']}" if "mail" in entry else None
        for n in range(1, entry.get("times", 1) + 1):
            name = entry["name"].format(n=n) if "times" in entry else entry["name"]
            of_group[name] = group(name, mail=mail)
    for entry in data["groups"]:
        for n in range(1, entry.get("times", 1) + 1):
            name = entry["name"].format(n=n) if "times" in entry else entry["name"]
            members = []
            for member in entry["members"]:
                if isinstance(member, str):
                    members.append(of_login[member])
                else:
                    members += of_unit[member["unit"]] if "unit" in member else [of_group[member["group"]]]
            # A group cannot be its own member in AD; the wish is dropped like AD drops it.
            members = [dn for dn in members if dn != of_group[name]]
            if members:
                replace(of_group[name], member=members)
    SAM.add({"dn": below(SERVICES, "CN", "svc-planb"), "objectClass": "user", "sAMAccountName": "svc-planb",
             "userPrincipalName": f"svc-planb@{DOMAIN}", "description": "Reads for plan B; an ordinary user without rights",
             "unicodePwd": quoted(secret("svc-planb")), "userAccountControl": str(UF_NORMAL_ACCOUNT | UF_DONT_EXPIRE_PASSWD)})


def there(dn):
    try:
        return bool(SAM.search(dn, ldb.SCOPE_BASE, attrs=["1.1"]))
    except ldb.LdbError:
        return False


def resource(login, name, mail, place, description, where):
    """Adds a room or a piece of equipment: an account that nobody logs in with."""
    SAM.add({
        "dn": below(below(RESOURCES, "OU", where), "CN", name), "objectClass": "user", "sAMAccountName": login, "displayName": name,
        "mail": mail if "@" in mail else f"{mail}@kommune.example", "physicalDeliveryOfficeName": place, "description": description,
        "unicodePwd": quoted(f"Aa1-{random.SystemRandom().randbytes(12).hex()}"),
        "userAccountControl": str(UF_NORMAL_ACCOUNT | UF_ACCOUNTDISABLE),
    })


def resources():
    """Adds the rooms and equipment to a domain that was made before it had any."""
    if there(RESOURCES):
        return
    with open("/usr/local/lib/existing-ad/people.yaml", encoding="utf-8") as file:
        data = yaml.safe_load(file)
    unit("Ressourcer", ROOT)
    for where, entries in data["resources"].items():
        unit(where, RESOURCES)
        for entry in entries:
            resource(*entry, where)


def secret(name):
    with open(f"/config/secrets/{name}", encoding="utf-8") as file:
        return file.read().strip()


def accounts():
    """Brings both accounts' passwords in line with their files."""
    replace(find("Administrator"), unicodePwd=quoted(secret("administrator")), userAccountControl=str(UF_NORMAL_ACCOUNT | UF_DONT_EXPIRE_PASSWD))
    replace(find("svc-planb"), unicodePwd=quoted(secret("svc-planb")))


def bulk(users, groups="0"):
    """Adds made-up people b00001... and groups of them, in OU=Bulk."""
    chance = random.Random(7)
    given = ["Søren", "Åse", "Jørgen", "Mette", "Lærke", "Bjørn", "Øyvind", "Anne-Mette", "Signe", "Kåre"]
    surnames = ["Sørensen", "Ærø", "Bødker", "Nygård", "O'Brien", "Kjær", "Møller-Høj", "Ågård", "Østergaard", "Hansen"]
    where = below(PEOPLE, "OU", "Bulk")
    if not SAM.search(PEOPLE, ldb.SCOPE_ONELEVEL, "(ou=Bulk)", ["1.1"]):
        unit("Bulk")
    people = [
        person(f"b{n:05d}", chance.choice(given), f"{chance.choice(surnames)} {n:05d}", where, "Bulk", n, "Velkommen-2026")
        for n in range(1, int(users) + 1)
    ]
    count = int(groups)
    size = min(20, len(people))
    for n in range(1, count + 1):
        group(f"G-Hold-{n:04d}", chance.sample(people, size))


def change_password(login, password):
    replace(find(login), unicodePwd=quoted(password))


def must_change(login):
    replace(find(login), pwdLastSet="0")


def expire_password(login):
    replace(find(login), [PASSWORD_LAST_SET], pwdLastSet=LONG_AGO)


def flag(login, bit, on):
    dn = find(login)
    now = int(SAM.search(dn, ldb.SCOPE_BASE, attrs=["userAccountControl"])[0]["userAccountControl"][0])
    replace(dn, userAccountControl=str(now | bit if on else now & ~bit))


def rename(login, given, surname):
    """A new name, and with it a new DN."""
    dn = find(login)
    name = f"{given} {surname}"
    fresh = below(str(ldb.Dn(SAM, dn).parent()), "CN", name)
    SAM.rename(dn, fresh)
    replace(fresh, givenName=given, sn=surname, displayName=name)


def relogin(login, fresh):
    replace(find(login), sAMAccountName=fresh, userPrincipalName=f"{fresh}@{DOMAIN}")


def move(login, where):
    dn = ldb.Dn(SAM, find(login))
    SAM.rename(str(dn), below(below(PEOPLE, "OU", where), "CN", dn.get_rdn_value()))


def empty_unit(name):
    """Deletes everyone in a unit; `*` is all units."""
    where = PEOPLE if name == "*" else below(PEOPLE, "OU", name)
    for entry in SAM.search(where, ldb.SCOPE_SUBTREE, "(objectCategory=person)", ["1.1"]):
        SAM.delete(entry.dn)


def add(login, given, surname, where="It", password="Velkommen-2026"):
    person(login, given, surname, below(PEOPLE, "OU", where), where, random.randint(10000, 99999), password)


def membership(name, login, way):
    message = ldb.Message(ldb.Dn(SAM, find(login_of(name))))
    message["member"] = ldb.MessageElement([find(login)], way, "member")
    SAM.modify(message)


def show(login, *attributes):
    """Prints attributes, one `name: value` a line."""
    for name, values in SAM.search(find(login), ldb.SCOPE_BASE, attrs=list(attributes) or ["*"])[0].items():
        for value in [values] if name == "dn" else values:
            print(f"{name}: {value}")


VERBS = {
    "seed": seed, "accounts": accounts, "bulk": bulk, "password": change_password, "must-change": must_change,
    "expire-password": expire_password, "rename": rename, "relogin": relogin, "move": move, "empty-unit": empty_unit, "add": add,
    "show": show, "dn": lambda login: print(find(login)), "lock": lambda login: lock(find(login)),
    "guid": lambda login: print(SAM.schema_format_value("objectGUID", SAM.search(find(login), ldb.SCOPE_BASE, attrs=["objectGUID"])[0]["objectGUID"][0]).decode()),
    "unlock": lambda login: replace(find(login), lockoutTime="0"), "delete": lambda login: SAM.delete(find(login)),
    "disable": lambda login: flag(login, UF_ACCOUNTDISABLE, True), "enable": lambda login: flag(login, UF_ACCOUNTDISABLE, False),
    "expire-account": lambda login: replace(find(login), accountExpires=LONG_AGO),
    "unexpire-account": lambda login: replace(find(login), accountExpires="0"),
    "set": lambda login, name, *values: replace(find(login), **{name: list(values)}), "add-group": group,
    "add-member": lambda name, login: membership(name, login, ldb.FLAG_MOD_ADD),
    "remove-member": lambda name, login: membership(name, login, ldb.FLAG_MOD_DELETE),
    "resources": resources, "add-resource": resource, "delete-group": lambda name: SAM.delete(find(login_of(name))),
}

if len(sys.argv) < 2 or sys.argv[1] not in VERBS:
    sys.exit(f"usage: ad-admin VERB ARGUMENT...\nverbs: {' '.join(sorted(VERBS))}")
SAM.transaction_start()
try:
    VERBS[sys.argv[1]](*sys.argv[2:])
    SAM.transaction_commit()
except BaseException:
    SAM.transaction_cancel()
    raise
