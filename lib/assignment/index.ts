export { type Assigner, createAssigner } from './assigner.ts';
export { type AssignmentMode, chooseHomes, type Flow, homesFor, rebalance } from './plan.ts';
