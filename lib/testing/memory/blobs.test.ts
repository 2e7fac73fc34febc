import { describeBlobsContract } from '../contracts/blobs.contract.ts';
import { memoryBlobs } from './files.ts';

describeBlobsContract('memory', async () => memoryBlobs());
