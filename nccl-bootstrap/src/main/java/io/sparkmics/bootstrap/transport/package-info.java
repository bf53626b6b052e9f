/** What must a way for ranks to talk be able to do? */
package io.sparkmics.bootstrap.transport;
