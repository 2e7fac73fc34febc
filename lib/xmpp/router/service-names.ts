import { type Live, liveBox } from '../../kernel/live.ts';

/** The addresses of one kind of service: a label before every IM domain, and names the administrator gave (`extra`). */
export interface ServiceNames {
  readonly domains: Live<ReadonlySet<string>>;
  /** The address of the service for people of this IM domain. */
  nameFor(imDomain: string): string;
  /** True when people of the IM domain are told of this address. */
  serves(serviceDomain: string, imDomain: string): boolean;
  stop(): void;
}

/**
 * Services are found by name for every IM domain: `conference.example.com` for `example.com`. `extra` names (aliases) serve all IM domains.
 */
export function createServiceNames(deps: {
  readonly imDomains: Live<ReadonlySet<string>>;
  /** Label without the dot, for example `conference`; empty: no names of this form. */
  readonly label: Live<string>;
  /** Whole names given by the administrator. */
  readonly extra?: Live<readonly string[]>;
}): ServiceNames {
  const compute = (): ReadonlySet<string> => {
    const label = deps.label.get();
    const names = new Set<string>(deps.extra?.get() ?? []);
    if (label !== '') for (const domain of deps.imDomains.get()) names.add(`${label}.${domain}`);
    return names;
  };
  const domains = liveBox(compute());
  const again = () => domains.set(compute());
  const stops = [deps.imDomains.onChange(again), deps.label.onChange(again)];
  if (deps.extra) stops.push(deps.extra.onChange(again));
  const nameFor = (imDomain: string): string => {
    const label = deps.label.get();
    return label !== '' ? `${label}.${imDomain}` : (deps.extra?.get()[0] ?? imDomain);
  };
  return {
    domains,
    nameFor,
    serves: (service, im) => (deps.extra?.get().includes(service) ?? false) || service === nameFor(im),
    stop() {
      for (const stop of stops) stop();
    },
  };
}
