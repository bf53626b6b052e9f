/** What a step takes, and with which partition group size it takes least: predicted before anything runs. Arithmetic. */
package io.sparkmics.plan.step;
