#!/usr/bin/python3
"""A real XMPP client (slixmpp) that obeys commands, one JSON object a line on stdin, and tells what happens on stdout.

A command {"id": 1, "do": "message", ...} is answered by {"id": 1, "ok": true, "result": ...} or {"id": 1, "ok": false, "error": CONDITION};
whatever arrives from the server becomes {"event": NAME, ...}. Needs Debian's python3-slixmpp.
"""
import asyncio
import base64
import hashlib
import io
import json
import os
import ssl
import sys

from slixmpp import JID, ClientXMPP
from slixmpp.exceptions import IqError, IqTimeout, PresenceError
from slixmpp.xmlstream import ET, tostring
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import StanzaPath

DELAY = "{urn:xmpp:delay}delay"
STANZA_ID = "{urn:xmpp:sid:0}stanza-id"
DATA_FORM = "{jabber:x:data}"
PLUGINS = [30, 45, 50, 54, 59, 92, 191, 198, 199, 249, 280, 313, 352]


# slixmpp prints while it enters a room; what it says must not stand among the answers.
OUT = sys.stdout
sys.stdout = sys.stderr


def say(fact):
    OUT.write(json.dumps(fact, ensure_ascii=False) + "\n")
    OUT.flush()


def message_fact(stanza):
    """A message as plain data."""
    xml = stanza.xml
    delay = xml.find(DELAY)
    return {
        "from": str(stanza["from"]),
        "to": str(stanza["to"]),
        "id": stanza["id"],
        "type": xml.get("type", "normal"),
        "body": stanza["body"],
        "condition": stanza["error"]["condition"] if xml.get("type") == "error" else "",
        "stanzaIds": [{"id": e.get("id"), "by": e.get("by")} for e in xml.findall(STANZA_ID)],
        "delayed": delay.get("stamp") if delay is not None else None,
        "xml": tostring(xml),
    }


def form_fact(form):
    """A data form (XEP-0004) as plain data; None stays None."""
    if form is None:
        return None
    fields = []
    for field in form.findall(DATA_FORM + "field"):
        fields.append({
            "var": field.get("var", ""),
            "type": field.get("type", ""),
            "label": field.get("label", ""),
            "required": field.find(DATA_FORM + "required") is not None,
            "values": [value.text or "" for value in field.findall(DATA_FORM + "value")],
        })
    items = []
    for item in form.findall(DATA_FORM + "item"):
        items.append({field.get("var", ""): [v.text or "" for v in field.findall(DATA_FORM + "value")] for field in item})
    return {"type": form.get("type"), "fields": fields, "items": items}


def content_fact(content):
    return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}


class Client(ClientXMPP):
    """The client under command."""

    def __init__(self, command):
        jid = command["jid"] + ("/" + command["resource"] if command.get("resource") else "")
        mechanism = command.get("mechanism")
        super().__init__(jid, command["password"], sasl_mech=mechanism, plugin_config={
            "feature_mechanisms": {"unencrypted_plain": True, "unencrypted_scram": True, "encrypted_plain": True},
            "xep_0198": {"allow_resume": True},
        })
        self.auto_authorize = None
        self.auto_subscribe = False
        self.ca_certs = command.get("ca")
        if self.ca_certs is None:
            # A test server signs its own certificate; verification is tested by naming that certificate as the one to trust.
            self.ssl_context.check_hostname = False
            self.ssl_context.verify_mode = ssl.CERT_NONE
        self.ready = self.loop.create_future()
        self.wants_presence = command.get("presence", True)
        self.wants_roster = command.get("roster", True)
        for number in PLUGINS:
            if number != 198 or command.get("streamManagement", True):
                self.register_plugin("xep_%04d" % number)
        # Only for those who publish: caps in presence make the server ask.
        for number in command.get("plugins", []):
            self.register_plugin("xep_%04d" % number)
        if 60 in command.get("plugins", []):
            # slixmpp names as messages only those with a body.
            self.register_handler(Callback("events of nodes", StanzaPath("message/pubsub_event"),
                                           lambda stanza: say({"event": "pubsub", **message_fact(stanza)})))
        for node in command.get("interests", []):
            self["xep_0030"].add_feature(node + "+notify")
        handlers = {
            "session_start": self.on_start,
            "session_resumed": lambda _: self.become_ready("resumed"),
            "sm_failed": lambda _: say({"event": "resume-failed"}),
            "failed_all_auth": lambda _: self.become_failed("not-authorized"),
            "failed_auth": self.on_failed_auth,
            "connection_failed": lambda reason: self.become_failed("connection-failed: %s" % reason),
            "ssl_invalid_chain": lambda _: self.become_failed("untrusted-certificate"),
            "stream_error": lambda error: say({"event": "stream-error", "condition": error["condition"], "text": error["text"]}),
            "disconnected": self.on_disconnected,
            "message": lambda stanza: say({"event": "message", **message_fact(stanza)}),
            "message_error": lambda stanza: say({"event": "message", **message_fact(stanza)}),
            "carbon_received": lambda s: say({"event": "carbon", "direction": "received", **message_fact(s["carbon_received"])}),
            "carbon_sent": lambda s: say({"event": "carbon", "direction": "sent", **message_fact(s["carbon_sent"])}),
            "roster_update": self.on_roster,
            "stanza_acked": lambda stanza: say({"event": "acknowledged", "id": stanza["id"], "kind": stanza.name}),
            "blocked": lambda iq: say({"event": "blocked", "jids": sorted(str(j) for j in iq["block"]["items"])}),
            "unblocked": lambda iq: say({"event": "unblocked", "jids": sorted(str(j) for j in iq["unblock"]["items"])}),
        }
        for name, handler in handlers.items():
            self.add_event_handler(name, handler)
        # Of rooms it tells by events of its plugin only.
        self.register_handler(Callback("room presence", StanzaPath("presence/muc"), self.on_presence))
        self.register_handler(Callback("invitation", StanzaPath("message/muc/invite"), self.on_room_message))
        self.register_handler(Callback("decline", StanzaPath("message/muc/decline"), self.on_room_message))
        # slixmpp names available presence after its <show/>.
        for kind in ("available", "chat", "away", "xa", "dnd", "unavailable", "subscribe", "subscribed", "unsubscribe", "unsubscribed", "error", "probe"):
            self.add_event_handler("presence_" + kind, self.on_presence)

    def become_ready(self, how):
        say({"event": "ready", "how": how, "jid": str(self.boundjid)})
        if not self.ready.done():
            self.ready.set_result({"how": how, "jid": str(self.boundjid)})

    def become_failed(self, why):
        if not self.ready.done():
            self.ready.set_exception(RuntimeError(why))

    def on_failed_auth(self, stanza):
        say({"event": "failed-auth", "condition": stanza["condition"]})

    async def on_start(self, _):
        if self.wants_roster:
            await self.get_roster()
        if self.wants_presence:
            self.send_presence()
        self.become_ready("bound")

    def on_disconnected(self, reason):
        say({"event": "disconnected", "reason": str(reason) if reason else ""})
        self.become_failed("disconnected: %s" % reason)

    def on_presence(self, stanza):
        say({
            "event": "presence",
            "from": str(stanza["from"]),
            "to": str(stanza["to"]),
            "type": stanza.xml.get("type", "available"),
            "show": stanza.xml.findtext("{jabber:client}show", ""),
            "status": stanza["status"],
            "priority": stanza["priority"],
            "condition": stanza["error"]["condition"] if stanza.xml.get("type") == "error" else "",
            "xml": tostring(stanza.xml),
        })

    def on_room_message(self, stanza):
        say({"event": "room-message", **message_fact(stanza)})

    def on_roster(self, iq):
        items = iq.xml.findall("{jabber:iq:roster}query/{jabber:iq:roster}item")
        say({"event": "roster", "push": iq["type"] == "set", "items": [roster_item(item) for item in items]})


def roster_item(item):
    return {
        "jid": item.get("jid"),
        "name": item.get("name", ""),
        "subscription": item.get("subscription", "none"),
        "ask": item.get("ask", ""),
        "groups": sorted(group.text or "" for group in item.findall("{jabber:iq:roster}group")),
    }


class Commands:
    """One method a command; what it returns is the answer."""

    def __init__(self):
        self.client = None

    async def connect(self, command):
        tls = command.get("tls", "starttls")
        if self.client is None:
            self.client = Client(command)
        else:
            # The same client again: it resumes its stream if it can.
            self.client.ready = self.client.loop.create_future()
        self.client.connect((command["host"], command["port"]), use_ssl=tls == "direct",
                            force_starttls=tls == "starttls", disable_starttls=tls == "none")
        return await asyncio.wait_for(self.client.ready, command.get("timeout", 20))

    async def disconnect(self, command):
        await self.client.disconnect(wait=2.0)

    async def cut(self, command):
        """Loses the connection without a word, as a train in a tunnel does."""
        self.client.transport.abort()

    async def presence(self, command):
        self.client.send_presence(
            pto=command.get("to"), ptype=command.get("type"), pshow=command.get("show"),
            pstatus=command.get("status"), ppriority=command.get("priority"))

    async def message(self, command):
        stanza = self.client.make_message(mto=command["to"], mbody=command.get("body"), mtype=command.get("type", "chat"))
        stanza["id"] = command.get("stanzaId") or self.client.new_id()
        for extra in command.get("extra", []):
            stanza.append(ET.fromstring(extra))
        stanza.send()
        return stanza["id"]

    async def raw(self, command):
        self.client.send_raw(command["xml"])

    async def query(self, command):
        """Any IQ: payload as XML text; answers with the payload of the result."""
        iq = self.client.make_iq(ito=command.get("to"), itype=command.get("type", "get"))
        iq.append(ET.fromstring(command["payload"]))
        answer = await iq.send(timeout=10)
        return "".join(tostring(child) for child in answer.xml)

    async def roster(self, command):
        # By hand: slixmpp asks for changes since the version it knows (RFC 6121 §2.6) and would answer an empty list.
        iq = await self.client.make_iq_get(queryxmlns="jabber:iq:roster").send(timeout=10)
        return [roster_item(item) for item in iq.xml.findall("{jabber:iq:roster}query/{jabber:iq:roster}item")]

    async def roster_set(self, command):
        await self.client.update_roster(command["jid"], name=command.get("name"), groups=command.get("groups"), block=False)

    async def roster_remove(self, command):
        await self.client.del_roster_item(command["jid"])

    async def carbons(self, command):
        await (self.client["xep_0280"].enable() if command.get("on", True) else self.client["xep_0280"].disable())

    async def client_state(self, command):
        self.client["xep_0352"].send_active() if command["active"] else self.client["xep_0352"].send_inactive()

    async def archive(self, command):
        """One page of the archive (XEP-0313): `max`, `before` ("" is the last page), `after`, `with`."""
        page = {key: command[key] for key in ("max", "before", "after") if key in command}
        # slixmpp writes an empty <before/> for True.
        if page.get("before") == "":
            page["before"] = True
        iq, mask = self.client["xep_0313"]._pre_mam_retrieve(None, None, None, command.get("with"), None)
        for key, value in page.items():
            iq["mam"]["rsm"][key] = value if value is True else str(value)
        found = []
        query_id = iq["mam"]["queryid"] or iq["id"]
        iq["mam"]["queryid"] = query_id

        def collect(stanza):
            if stanza["mam_result"]["queryid"] == query_id:
                forwarded = stanza["mam_result"]["forwarded"]
                found.append({"archiveId": stanza["mam_result"]["id"], "at": forwarded.xml.find(DELAY).get("stamp"),
                              **message_fact(forwarded["stanza"])})

        self.client.register_handler(Callback("archive page " + query_id, StanzaPath("message/mam_result"), collect))
        try:
            answer = await iq.send(timeout=10)
        finally:
            self.client.remove_handler("archive page " + query_id)
        fin = answer["mam_fin"]
        rsm = "{http://jabber.org/protocol/rsm}"
        return {
            "messages": found,
            "complete": fin.xml.get("complete") == "true",
            "first": fin.xml.findtext(rsm + "set/" + rsm + "first"),
            "last": fin.xml.findtext(rsm + "set/" + rsm + "last"),
            "count": fin.xml.findtext(rsm + "set/" + rsm + "count"),
        }

    async def block(self, command):
        await self.client["xep_0191"].block(command["jid"])

    async def unblock(self, command):
        await self.client["xep_0191"].unblock(command["jid"])

    async def blocked(self, command):
        iq = await self.client["xep_0191"].get_blocked()
        return sorted(str(jid) for jid in iq["blocklist"]["items"])

    async def vcard_set(self, command):
        card = self.client["xep_0054"].make_vcard()
        card["FN"] = command["fullName"]
        if "nickname" in command:
            card["NICKNAME"] = command["nickname"]
        await self.client["xep_0054"].publish_vcard(card)

    async def vcard(self, command):
        iq = await self.client["xep_0054"].get_vcard(command.get("jid"), local=False, cached=False)
        card = iq["vcard_temp"]
        nickname = card["NICKNAME"]
        return {"fullName": card["FN"], "nickname": ",".join(nickname) if isinstance(nickname, list) else nickname or ""}

    async def disco_info(self, command):
        iq = await self.client["xep_0030"].get_info(command["jid"], node=command.get("node"), local=False, cached=False)
        info = iq["disco_info"]
        return {"identities": sorted([i[0], i[1]] for i in info["identities"]), "features": sorted(info["features"])}

    async def disco_items(self, command):
        iq = await self.client["xep_0030"].get_items(command["jid"], node=command.get("node"), local=False)
        return [{"jid": str(jid), "node": node, "name": name} for jid, node, name in iq["disco_items"]["items"]]

    async def software(self, command):
        iq = await self.client["xep_0092"].get_version(command["jid"])
        return {"name": iq["software_version"]["name"], "version": iq["software_version"]["version"]}

    async def ping(self, command):
        await self.client["xep_0199"].send_ping(command["jid"], timeout=5)

    async def adhoc(self, command):
        """One step of an ad hoc command (XEP-0050): execute, or complete with `values` and `session`."""
        node = command["node"]
        element = ET.Element("{http://jabber.org/protocol/commands}command", node=node, action=command.get("action", "execute"))
        if command.get("session"):
            element.set("sessionid", command["session"])
        if command.get("values") is not None:
            form = ET.SubElement(element, DATA_FORM + "x", type="submit")
            for var, values in command["values"].items():
                field = ET.SubElement(form, DATA_FORM + "field", var=var)
                for value in values if isinstance(values, list) else [values]:
                    ET.SubElement(field, DATA_FORM + "value").text = value
        iq = self.client.make_iq_set(ito=command["to"])
        iq.append(element)
        answer = await iq.send(timeout=10)
        result = answer.xml.find("{http://jabber.org/protocol/commands}command")
        note = result.find("{http://jabber.org/protocol/commands}note")
        return {
            "status": result.get("status"),
            "session": result.get("sessionid"),
            "form": form_fact(result.find(DATA_FORM + "x")),
            "note": None if note is None else {"type": note.get("type"), "text": note.text or ""},
        }

    async def upload(self, command):
        """Finds the service, asks for a slot and uploads (XEP-0363); answers with the address."""
        self.client.register_plugin("xep_0363")
        plugin = self.client["xep_0363"]
        if plugin.upload_service is None:
            # By hand: slixmpp's own search hands coroutines to asyncio.wait, which Python 3.11 refuses.
            for jid, _, _ in (await self.client["xep_0030"].get_items(self.client.boundjid.domain, local=False))["disco_items"]["items"]:
                info = await self.client["xep_0030"].get_info(jid, local=False, cached=False)
                if "urn:xmpp:http:upload:0" in info["disco_info"]["features"]:
                    plugin.upload_service = jid
        content = base64.b64decode(command["content"])
        return await plugin.upload_file(
            command["name"], size=len(content), content_type=command.get("type"), input_file=io.BytesIO(content), timeout=20)

    async def receive_files(self, command):
        """Takes every stream that is offered, in-band (XEP-0047) or by SOCKS5 (XEP-0065), and tells what came."""
        self.client.register_plugin("xep_0047", {"auto_accept": True})
        self.client.register_plugin("xep_0065", {"auto_accept": True})
        by_socks = []

        async def gather(stream):
            content = await stream.gather(timeout=60)
            say({"event": "file", "by": "ibb", "from": str(stream.peer_jid), **content_fact(content)})

        self.client.add_event_handler("ibb_stream_start", lambda stream: asyncio.ensure_future(gather(stream)))
        self.client.add_event_handler("socks5_data", by_socks.append)
        self.client.add_event_handler(
            "socks5_closed", lambda _: say({"event": "file", "by": "socks5", "from": "", **content_fact(b"".join(by_socks))}))

    async def send_in_band(self, command):
        self.client.register_plugin("xep_0047")
        content = os.urandom(command["size"])
        stream = await self.client["xep_0047"].open_stream(command["to"], timeout=10)
        await stream.sendall(content, timeout=20)
        await stream.close(timeout=10)
        return content_fact(content)

    async def send_by_socks(self, command):
        self.client.register_plugin("xep_0065")
        content = os.urandom(command["size"])
        stream = await self.client["xep_0065"].handshake(command["to"], timeout=20)
        await stream.write(content)
        stream.transport.close()
        return content_fact(content)

    async def broadcast(self, command):
        """One message to many (XEP-0033), by the server."""
        self.client.register_plugin("xep_0033")
        stanza = self.client.make_message(command["server"], mbody=command["body"], mtype="chat")
        for kind, jids in command["addresses"].items():
            for jid in jids:
                stanza["addresses"].add_address(atype=kind, jid=jid)
        stanza.send()

    async def search(self, command):
        """Finds people (XEP-0055) by the form that the service gives."""
        self.client.register_plugin("xep_0055", {"provide_search": False})
        asked = await self.client.make_iq_get("jabber:iq:search", ito=command["jid"]).send(timeout=10)
        fields = [var for var in asked["search"]["form"].get_fields()]
        iq = self.client["xep_0055"].make_search_iq(ito=command["jid"])
        form = iq["search"]["form"]
        for var, value in command["values"].items():
            form.add_field(var, value=value)
        answer = await iq.send(timeout=10)
        result = form_fact(answer.xml.find("{jabber:iq:search}query/" + DATA_FORM + "x"))
        return {"fields": fields, "items": result["items"]}

    async def offline(self, command):
        """Waiting messages by hand (XEP-0013): how many, and their headers."""
        self.client.register_plugin("xep_0013")
        plugin = self.client["xep_0013"]
        count = await plugin.get_count()
        headers = await plugin.get_headers()
        items = [{"node": node, "name": name} for _, node, name in headers["disco_items"]["items"]]
        form = form_fact(count.xml.find("{http://jabber.org/protocol/disco#info}query/" + DATA_FORM + "x"))
        number = [field["values"] for field in form["fields"] if field["var"] == "number_of_messages"]
        return {"count": number[0][0], "items": items}


    async def pubsub(self, command):
        """A method of slixmpp's XEP-0060 by name; `args` as they are, `payload` and `config` made from text and fields."""
        args = dict(command.get("args", {}))
        if "payload" in command:
            args["payload"] = ET.fromstring(command["payload"])
        for key in ("config", "options"):
            if key in command:
                form = self.client["xep_0004"].make_form(ftype="submit")
                for var, value in command[key].items():
                    form.add_field(var=var, value=value, ftype="hidden" if var == "FORM_TYPE" else None)
                args[key] = form
        answer = await getattr(self.client["xep_0060"], command["method"])(command.get("to"), *command.get("positional", []), **args)
        return "".join(tostring(child) for child in answer.xml)

    async def publish_avatar(self, command):
        data = base64.b64decode(command["data"])
        name = self.client["xep_0084"].generate_id(data)
        options = self.client["xep_0004"].make_form(ftype="submit")
        options.add_field(var="FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/pubsub#publish-options")
        options.add_field(var="pubsub#access_model", value="open")
        await self.client["xep_0084"].publish_avatar(data, options=options)
        await self.client["xep_0084"].publish_avatar_metadata(
            {"id": name, "type": "image/png", "bytes": len(data)}, options=options)
        return name

    async def retrieve_avatar(self, command):
        answer = await self.client["xep_0084"].retrieve_avatar(JID(command["jid"]), command["name"])
        data = answer["pubsub"]["items"]["item"]["avatar_data"]["value"]
        return base64.b64encode(data).decode()

    async def tune(self, command):
        await self.client["xep_0118"].publish_tune(artist=command.get("artist"), title=command["title"])

    async def bookmarks_set(self, command):
        from slixmpp.plugins.xep_0048 import Bookmarks
        bookmarks = Bookmarks()
        for room in command["rooms"]:
            bookmarks.add_conference(room["jid"], room.get("nick"), name=room.get("name"), autojoin=room.get("autojoin"))
        await self.client["xep_0048"].set_bookmarks(bookmarks, method=command["method"])

    async def bookmarks(self, command):
        answer = await self.client["xep_0048"].get_bookmarks(method=command["method"])
        if command["method"] == "xep_0223":
            found = answer["pubsub"]["items"]["item"]["bookmarks"]
        else:
            found = answer["private"]["bookmarks"]
        return [{"jid": str(room["jid"]), "name": room["name"], "nick": room["nick"]} for room in found["conferences"]]

    def rooms(self):
        return self.client["xep_0045"]

    async def room_join(self, command):
        """Enters a room and waits for all that comes with it, as XEP-0045 orders it."""
        own, subject, others, history = await self.rooms().join_muc_wait(
            JID(command["room"]), command["nick"], password=command.get("password"),
            maxstanzas=command.get("maxStanzas"), timeout=10)
        return {
            "codes": sorted(own["muc"]["status_codes"]),
            "role": own["muc"]["role"],
            "affiliation": own["muc"]["affiliation"],
            "occupants": sorted(p["from"].resource for p in others if p["from"] != own["from"]),
            "addresses": sorted(str(p["muc"]["jid"]) for p in others if str(p["muc"]["jid"])),
            "history": [m["body"] for m in history],
            "subject": subject["subject"],
        }

    async def room_leave(self, command):
        self.rooms().leave_muc(JID(command["room"]), command["nick"])

    async def room_config(self, command):
        """The form of the room with some values changed, sent back; answers with the fields that were offered."""
        form = await self.rooms().get_room_config(JID(command["room"]))
        answer = self.client["xep_0004"].make_form("submit")
        answer.add_field("FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/muc#roomconfig")
        for var, value in command.get("values", {}).items():
            answer.add_field(var, value=value)
        await self.rooms().set_room_config(JID(command["room"]), answer)
        return sorted(form.get_fields())

    async def room_affiliation(self, command):
        await self.rooms().set_affiliation(JID(command["room"]), command["affiliation"], jid=JID(command["jid"]),
                                           reason=command.get("reason", ""))

    async def room_role(self, command):
        await self.rooms().set_role(JID(command["room"]), command["nick"], command["role"], reason=command.get("reason", ""))

    async def room_list(self, command):
        found = await self.rooms().get_affiliation_list(JID(command["room"]), command["affiliation"])
        return sorted(str(jid) for jid in found)

    async def room_invite(self, command):
        self.rooms().invite(JID(command["room"]), JID(command["jid"]), command.get("reason", ""))

    async def room_decline(self, command):
        self.rooms().decline(JID(command["room"]), JID(command["jid"]), command.get("reason", ""))

    async def room_subject(self, command):
        self.rooms().set_subject(JID(command["room"]), command["subject"])

    async def room_destroy(self, command):
        await self.rooms().destroy(JID(command["room"]), command.get("reason", ""))


async def obey(commands, line):
    command = json.loads(line)
    try:
        result = await getattr(commands, command["do"].replace("-", "_"))(command)
        say({"id": command["id"], "ok": True, "result": result})
    except IqError as problem:
        say({"id": command["id"], "ok": False, "error": problem.condition, "text": problem.text or ""})
    except PresenceError as problem:
        say({"id": command["id"], "ok": False, "error": problem.condition, "text": problem.text or ""})
    except IqTimeout:
        say({"id": command["id"], "ok": False, "error": "timeout"})
    except asyncio.TimeoutError:
        say({"id": command["id"], "ok": False, "error": "timeout"})
    except Exception as problem:  # the driver must hear of anything else, too
        say({"id": command["id"], "ok": False, "error": str(problem) or type(problem).__name__})


async def main():
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=4 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    commands = Commands()
    say({"event": "started"})
    while True:
        line = await reader.readline()
        if not line:
            return
        asyncio.ensure_future(obey(commands, line))


if __name__ == "__main__":
    # slixmpp takes the loop that is current when a client is made.
    LOOP = asyncio.new_event_loop()
    asyncio.set_event_loop(LOOP)
    LOOP.run_until_complete(main())
