/**
 * The admin port, for whoever runs a coordinator: health, readiness, metrics, the pool as JSON, and a status page.
 * It hears of what happens as facts and is told the rest; only coord starts it, and nothing else knows it.
 */
package coordbfaas.admin;
