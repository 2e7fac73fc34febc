import type { Employee } from './company.ts';

export interface DemoRoom {
  /** Part of the address before @. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly subject: string;
  readonly membersOnly: boolean;
  readonly public: boolean;
  /** Seconds between two messages, on average. */
  readonly pace: number;
  readonly owners: readonly string[];
  readonly members: readonly string[];
  /** User IDs of those who are usually inside. */
  readonly visitors: readonly string[];
}

type Plan = Omit<DemoRoom, 'owners' | 'members' | 'visitors'> & { readonly who: (person: Employee, index: number) => boolean };

const teamSubjects: Readonly<Record<string, string>> = {
  Management: 'Board papers are due on Monday',
  Sales: 'Fair in Hanover: booth plan is in the shared folder',
  'Customer service': 'Hotline: two of us from 12 to 1, please',
  Production: 'Line 3 is back since 9:40',
  Engineering: 'Freeze of firmware 4.2 on Friday',
  Logistics: 'Snow on the Brenner: expect delays',
  Finance: 'Closing of the month: day 3 of 5',
  People: 'Two interviews on Thursday',
  IT: 'Maintenance window: Saturday, 22:00 to 24:00',
};

const projects: readonly Plan[] = [
  {
    name: 'project-nordhafen',
    title: 'Nordhafen',
    description: 'Twelve pumps for the harbour of Nordhafen: offer, engineering, delivery.',
    subject: 'Site visit on Thursday, 10:00',
    membersOnly: true,
    public: false,
    pace: 25,
    who: (person, index) => ['Sales', 'Engineering', 'Logistics'].includes(person.department) && index % 9 === 0,
  },
  {
    name: 'project-x7',
    title: 'Pump X7',
    description: 'Development of the next series.',
    subject: 'Prototype 2 is on the test bench',
    membersOnly: true,
    public: false,
    pace: 20,
    who: (person, index) => ['Engineering', 'Production'].includes(person.department) && index % 5 === 1,
  },
  {
    name: 'project-warehouse',
    title: 'New warehouse',
    description: 'Moving to the hall behind the railway.',
    subject: 'Racks arrive in week 49',
    membersOnly: true,
    public: true,
    pace: 45,
    who: (person, index) => person.department === 'Logistics' || index % 40 === 0,
  },
];
const open: readonly Plan[] = [
  {
    name: 'all-hands',
    title: 'All hands',
    description: 'Everybody at Pumpworks. News first, chatter welcome.',
    subject: 'Company meeting on Friday at 11, in the canteen and here',
    membersOnly: false,
    public: true,
    pace: 6,
    who: () => true,
  },
  {
    name: 'helpdesk',
    title: 'Help desk',
    description: 'Computers, phones, printers: ask here.',
    subject: 'Printer on the second floor: a technician is coming',
    membersOnly: false,
    public: true,
    pace: 18,
    who: (person, index) => person.department === 'IT' || index % 6 === 0,
  },
  {
    name: 'canteen',
    title: 'Canteen',
    description: 'What there is for lunch, and who comes along.',
    subject: 'Today: lentil soup, schnitzel, gnocchi',
    membersOnly: false,
    public: true,
    pace: 40,
    who: (_, index) => index % 4 === 0,
  },
  {
    name: 'football',
    title: 'Football on Wednesdays',
    description: 'Hall 2, 18:30. Bring light and dark shirts.',
    subject: 'We are nine so far',
    membersOnly: false,
    public: true,
    pace: 70,
    who: (_, index) => index % 13 === 0,
  },
  {
    name: 'works-council',
    title: 'Works council',
    description: 'Confidential.',
    subject: '',
    membersOnly: true,
    public: false,
    pace: 90,
    who: (_, index) => index % 37 === 5,
  },
];

/** The rooms of the company: one a team, a few projects, and some for everybody. The same each time. */
export function makeRooms(company: readonly Employee[]): readonly DemoRoom[] {
  const teams = [...new Set(company.map((person) => person.department))].map(
    (department): Plan => ({
      name: `team-${department.toLowerCase().replaceAll(' ', '-')}`,
      title: department,
      description: `The team ${department}.`,
      subject: teamSubjects[department] ?? '',
      membersOnly: true,
      public: true,
      pace: 22,
      who: (person) => person.department === department,
    }),
  );
  return [...open, ...teams, ...projects].map(({ who, ...plan }) => {
    const people = company.filter(who);
    const head = people.find((person) => person.title.startsWith('Head of')) ?? people[0];
    const owners = head === undefined ? [] : [head.userId];
    const visitors = people.map((person) => person.userId);
    return { ...plan, owners, members: plan.membersOnly ? visitors.filter((userId) => !owners.includes(userId)) : [], visitors };
  });
}
