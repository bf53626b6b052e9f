/** Does a model keep what it promises? Its stages run once on one rank, before a cluster does. */
package io.sparkmics.engine.trial;
