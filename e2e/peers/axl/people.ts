import { createHash } from 'node:crypto';

/** What the simulator knows, in the words of AXL. */
export interface SimUser {
  uuid: string;
  userid: string;
  firstName: string;
  lastName: string;
  displayName: string;
  mailid: string;
  department: string;
  title: string;
  telephoneNumber: string;
  mobileNumber: string;
  directoryUri: string;
  homeCluster: string;
  imAndPresenceEnable: string;
  status: string;
  primaryExtension: { pattern: string; routePartitionName: string };
  serviceProfile: string;
}
export interface SimPhone {
  uuid: string;
  name: string;
  description: string;
  model: string;
  class: string;
  protocol: string;
  ownerUserName: string;
}
export interface SimLine {
  uuid: string;
  pattern: string;
  description: string;
  routePartitionName: string;
}
export interface SimPair {
  pkid: string;
  fkdevice: string;
  other: string;
}
export interface SimData {
  readonly users: Map<string, SimUser>;
  readonly phones: Map<string, SimPhone>;
  readonly lines: Map<string, SimLine>;
  /** By device. */
  readonly userDevices: Map<string, SimPair>;
  readonly deviceLines: Map<string, SimPair>;
}

export function uuidOf(text: string): string {
  const hash = createHash('sha1').update(text).digest('hex');
  return `{${hash.slice(0, 8)}-${hash.slice(8, 12)}-${hash.slice(12, 16)}-${hash.slice(16, 20)}-${hash.slice(20, 32)}}`.toUpperCase();
}
export const plainId = (uuid: string): string => uuid.replace(/[{}]/g, '').toLowerCase();

const first = 'James Mary Robert Patricia José Łukasz Zoë Jürgen Søren Aoife Chloé Bjørn Noémie Ömer Emily Paul'.split(' ');
const last = "Smith Johnson Garcia O'Brien Müller D'Angelo Nowak Çelik Kovács Åberg Dvořák Smith-Jones Lee Wilson".split(' ');
const departments = ['Sales', 'Engineering', 'Support', 'Human Resources', 'Finance', 'Research & Development'];
const pick = <T>(list: readonly T[], at: number): T => list[at % list.length] as T;

export function makeUser(index: number, more: Partial<SimUser> = {}): SimUser {
  const userid = more.userid ?? `user${String(index).padStart(5, '0')}`;
  const firstName = pick(first, index * 7);
  const lastName = pick(last, index * 11);
  return {
    uuid: uuidOf(`user ${userid}`),
    userid,
    firstName,
    lastName,
    displayName: `${firstName} ${lastName} ${index}`,
    mailid: `${userid}@example.test`,
    department: pick(departments, index),
    title: 'Associate',
    telephoneNumber: `+1408${String(5_000_000 + index)}`,
    mobileNumber: '',
    directoryUri: `${userid}@example.test`,
    homeCluster: 'true',
    imAndPresenceEnable: 'true',
    status: '1',
    primaryExtension: { pattern: String(500_000 + index), routePartitionName: 'Internal' },
    serviceProfile: 'Default',
    ...more,
  };
}

/** As many people as asked for, each with a phone and a line; the same ones each time. */
export function makePeople(count: number): SimData {
  const data: SimData = { users: new Map(), phones: new Map(), lines: new Map(), userDevices: new Map(), deviceLines: new Map() };
  for (let index = 1; index <= count; index++) addPerson(data, makeUser(index), index);
  return data;
}

export function addPerson(data: SimData, user: SimUser, index: number): void {
  data.users.set(user.uuid, user);
  const name = `SEP${createHash('md5').update(user.userid).digest('hex').slice(0, 12).toUpperCase()}`;
  const phone: SimPhone = {
    uuid: uuidOf(`phone ${name}`),
    name,
    description: user.displayName,
    model: 'Cisco 8845',
    class: 'Phone',
    protocol: 'SIP',
    ownerUserName: user.userid,
  };
  const line: SimLine = {
    uuid: uuidOf(`line ${index}`),
    pattern: user.primaryExtension.pattern,
    description: user.displayName,
    routePartitionName: 'Internal',
  };
  data.phones.set(phone.uuid, phone);
  data.lines.set(line.uuid, line);
  const device = plainId(phone.uuid);
  data.userDevices.set(device, { pkid: plainId(uuidOf(`ud ${name}`)), fkdevice: device, other: plainId(user.uuid) });
  data.deviceLines.set(device, { pkid: plainId(uuidOf(`dl ${name}`)), fkdevice: device, other: plainId(line.uuid) });
}
