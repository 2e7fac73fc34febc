import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';

const six = ['a', 'b', 'c', 'd', 'e', 'f'];

/** Heading, tabs and a panel of fields. */
export const FormSkeleton = () => (
  <Loading label="Loading settings">
    <div className="flex max-w-[720px] flex-col gap-4">
      <Skeleton className="h-7 w-56" />
      <Skeleton className="h-4 w-full max-w-md" />
      <Skeleton className="h-10" />
      <div className="flex flex-col gap-6 rounded-panel border border-soft bg-panel p-4 sm:p-6">
        {six.map((each) => (
          <div key={each} className="flex flex-col gap-2">
            <Skeleton className="w-56" />
            <Skeleton className="h-9 max-w-sm" />
            <Skeleton className="h-3 w-full max-w-md" />
          </div>
        ))}
      </div>
    </div>
  </Loading>
);
