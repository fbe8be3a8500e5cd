/** `npm start`: the gateway, without the command line around it. */
import { runGateway } from './process.js';

await runGateway(process.env);
