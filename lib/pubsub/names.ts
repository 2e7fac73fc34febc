/** Namespaces of publishing and subscribing (XEP-0060), and of the nodes that the server itself reads. */
export const PUBSUB = 'http://jabber.org/protocol/pubsub';
export const PUBSUB_OWNER = `${PUBSUB}#owner`;
export const PUBSUB_EVENT = `${PUBSUB}#event`;
export const PUBSUB_ERRORS = `${PUBSUB}#errors`;
export const NODE_CONFIG = `${PUBSUB}#node_config`;
export const PUBLISH_OPTIONS = `${PUBSUB}#publish-options`;
export const META_DATA = `${PUBSUB}#meta-data`;
export const SUBSCRIBE_OPTIONS = `${PUBSUB}#subscribe_options`;
export const AUTHORIZATION = `${PUBSUB}#subscribe_authorization`;
export const BOOKMARKS = 'urn:xmpp:bookmarks:1';
export const OLD_BOOKMARKS = 'storage:bookmarks';
export const AVATAR_DATA = 'urn:xmpp:avatar:data';
export const AVATAR_METADATA = 'urn:xmpp:avatar:metadata';
