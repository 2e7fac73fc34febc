import { expect, it } from 'vitest';
import { peopleFrom } from './people.ts';

it('reads pasted addresses however they are separated, each once', () => {
  expect(peopleFrom(' anna@example.com, bob@example.com;\n\tanna@example.com\n spam.example ')).toEqual([
    'anna@example.com',
    'bob@example.com',
    'spam.example',
  ]);
  expect(peopleFrom(' \n')).toEqual([]);
});
