import { Loading, Skeleton } from '@/lib/ui/primitives/skeleton.tsx';

export default function CertificatesLoading() {
  return (
    <Loading label="Loading certificates">
      <div className="flex flex-col gap-4">
        <Skeleton className="h-7 w-48" />
        <Skeleton className="h-80" />
        <Skeleton className="h-80" />
      </div>
    </Loading>
  );
}
