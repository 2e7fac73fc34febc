import { Missing } from '@/lib/ui/patterns/states.tsx';

/** Inside the shell: a user, a job, a domain that is gone. */
export default function NotFound() {
  return (
    <Missing title="There is no such page" action={{ label: 'Go to the overview', href: '/overview' }}>
      The address may be old or mistyped.
    </Missing>
  );
}
