import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';

const three = ['a', 'b', 'c'];

export default function ReferenceAreaLoading() {
  return (
    <Loading label="Loading the reference">
      <div className="flex max-w-3xl flex-col gap-4">
        <Skeleton className="h-7 w-48" />
        {three.map((each) => (
          <Skeleton key={each} className="h-64" />
        ))}
      </div>
    </Loading>
  );
}
