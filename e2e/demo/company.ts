import { seededRandom } from '../clients/seeded-random.ts';

export interface Employee {
  readonly userId: string;
  readonly name: string;
  readonly mail: string;
  readonly department: string;
  readonly title: string;
  readonly password: string;
  /** User IDs of the people they work with. */
  readonly contacts: readonly string[];
}

const firstNames =
  'Ana Bruno Carla Dario Elif Farid Greta Hugo Ines Jonas Katya Luca Mira Nils Olga Pavel Quinn Rosa Samir Tara Uma Viktor Wanda Xenia Yusuf Zoe Amara Björn Chloé Dimitri Esther Fatima Gustav Hanna Ivo Jasmin Kenji Leyla Marek Nadia Otto Priya Rafael Selma Tomás Ursula Vikram Wei Yara Zoltán Aoife Benedikt Célia Deepa Emeka Franziska Goran Hiroko Ingrid Jakub Keiko Lorenzo Malin Nikhil Oksana Petra Ragnar Sofía Tariq Valérie'.split(
    ' ',
  );
const lastNames =
  'Adler Bianchi Costa Dvořák Eriksen Fischer García Horváth Ivanova Jansen Kovač Lindqvist Moreau Novák Okafor Petrov Quispe Rossi Sato Tanaka Ulrich Varga Weber Xu Yılmaz Zimmer Andersson Brandt Chen Demir Engel Ferrari Gruber Haddad Ito Jensen Kaur Lehmann Müller Nakamura Olsen Pereira Rahman Schäfer Torres Vogel Walsh Young Zieliński Abebe Baumann Castillo Dubois Evans Fuchs Gupta Hansen Ibrahim Jovanović Keller Larsen Mbeki Nowak Ortiz Popescu Ritter Silva Thapa Vidal Wójcik'.split(
    ' ',
  );

const departments: readonly { readonly name: string; readonly size: number; readonly titles: readonly string[] }[] = [
  {
    name: 'Management',
    size: 6,
    titles: ['Managing director', 'Chief financial officer', 'Chief operating officer', 'Assistant to the board'],
  },
  { name: 'Sales', size: 54, titles: ['Account manager', 'Inside sales', 'Sales engineer', 'Tender manager'] },
  { name: 'Customer service', size: 62, titles: ['Service agent', 'Shift lead', 'Complaints officer'] },
  { name: 'Production', size: 58, titles: ['Line supervisor', 'Planner', 'Quality engineer', 'Maintenance technician'] },
  { name: 'Engineering', size: 48, titles: ['Mechanical engineer', 'Firmware developer', 'Test engineer', 'Systems architect'] },
  { name: 'Logistics', size: 30, titles: ['Dispatcher', 'Warehouse lead', 'Customs clerk'] },
  { name: 'Finance', size: 16, titles: ['Controller', 'Accounts payable', 'Payroll clerk'] },
  { name: 'People', size: 12, titles: ['Recruiter', 'Trainer', 'Personnel officer'] },
  { name: 'IT', size: 14, titles: ['System administrator', 'Help desk', 'Network engineer'] },
];

/** ASCII for user IDs: marks go, letters without a decomposition are spelt out. */
function plain(name: string): string {
  return name
    .replace(/ı/g, 'i')
    .replace(/ł/g, 'l')
    .replace(/ß/g, 'ss')
    .replace(/ø/g, 'o')
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase();
}

/** The same three hundred people each time: a maker of pumps with an office, a plant and a service centre. */
export function makeCompany(mailDomain = 'pumpworks.example'): readonly Employee[] {
  const random = seededRandom(1887);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const people: { userId: string; name: string; department: string; title: string; index: number }[] = [];
  const taken = new Set<string>();
  for (const department of departments) {
    for (let index = 0; index < department.size; index++) {
      let name = '';
      let userId = '';
      do {
        const [first, last] = [pick(firstNames), pick(lastNames)];
        name = `${first} ${last}`;
        userId = `${plain(first)}.${plain(last)}`;
      } while (taken.has(userId));
      taken.add(userId);
      people.push({
        userId,
        name,
        department: department.name,
        title: index === 0 ? `Head of ${department.name}` : pick(department.titles),
        index,
      });
    }
  }
  return people.map((person) => {
    const contacts = new Set<string>();
    const own = people.filter((other) => other.department === person.department && other !== person);
    // The head knows everybody in the department; the others know the head, their neighbours and a few people elsewhere.
    for (const other of own)
      if (person.index === 0 || other.index === 0 || Math.abs(other.index - person.index) <= 5) contacts.add(other.userId);
    if (person.index === 0) for (const other of people) if (other.index === 0) contacts.add(other.userId);
    for (let extra = 0; extra < 4; extra++) contacts.add(pick(people).userId);
    contacts.delete(person.userId);
    const { userId, name, department, title } = person;
    return { userId, name, department, title, mail: `${userId}@${mailDomain}`, password: `Demo-${userId}`, contacts: [...contacts] };
  });
}

const cell = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The file for `rollcall users import`. */
export function companyCsv(company: readonly Employee[]): string {
  const lines = company.map((person) => [person.userId, person.name, person.mail, person.password].map(cell).join(','));
  return `userId,name,mail,password\n${lines.join('\n')}\n`;
}
