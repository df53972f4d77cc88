/* What makes a working page more comfortable. Every page reads, registers and decides without any of it. */

import { followConnection } from "./parts/connection";
import { offerCopying } from "./parts/copying";
import { moveOnBoards } from "./parts/board";
import { openDialogs } from "./parts/dialogs";
import { sendOnce, showErrors } from "./parts/forms";
import { walkPlans } from "./parts/plan";

followConnection(document.getElementById("offline"));
showErrors(document);
sendOnce(document);
openDialogs(document);
offerCopying(document);
walkPlans(document);
moveOnBoards(document);
