import { FormSkeleton } from '../_parts/form-skeleton.tsx';

export default FormSkeleton;
