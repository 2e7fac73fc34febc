import { defineFaults } from '../../kernel/faults.ts';

export const roleFaults = defineFaults('roles', {
  missing: { kind: 'missing', message: 'There is no role "{role}".' },
  taken: { kind: 'conflict', message: 'There is a role named "{name}" already.' },
  builtIn: { kind: 'refused', message: 'The role {name} comes with every installation and stays as it is. Make one of your own from it.' },
  conflict: { kind: 'conflict', message: 'The role {name} was changed by somebody else since this form was opened. Load it again.' },
  inUse: { kind: 'refused', message: 'The role {name} cannot be deleted: {count} have it ({who}). Give them another role first.' },
  beyondOwn: {
    kind: 'refused',
    message: 'Nobody gives away what he does not have: your role lacks {permissions}. Ask an administrator.',
  },
});
