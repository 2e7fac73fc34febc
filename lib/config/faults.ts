import { defineFaults } from '../kernel/faults.ts';

export const settingFaults = defineFaults('settings', {
  unknown: { kind: 'missing', message: 'There is no setting named "{key}".{hint}' },
  invalid: { kind: 'invalid', message: '{label}: {why}' },
  severalInvalid: { kind: 'invalid', message: '{count} values cannot be used. {first}' },
  conflict: { kind: 'conflict', message: '{label} was changed by {by} since this form was opened. Look at their value, then save again.' },
  unknownChange: { kind: 'missing', message: 'There is no change with the id "{id}" in the history.' },
  overtaken: {
    kind: 'conflict',
    message: '{label} was changed again after that, so this change cannot be undone as a whole. Set the value by hand.',
  },
  unreadableFile: { kind: 'invalid', message: 'The settings file {path} cannot be used: {why}' },
});

export const environmentFaults = defineFaults('environment', {
  invalid: { kind: 'invalid', message: '{name} is "{value}", but {why}' },
});
