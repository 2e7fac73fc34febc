import packageJson from '../../package.json' with { type: 'json' };

/** Of the release; shown in the console, to clients that ask (XEP-0092) and by `status`. */
export const version: string = packageJson.version;
