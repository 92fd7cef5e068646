namespace Tapline.Simulation.Tests.Checking;

/// <summary>Something did not hold that must always hold.</summary>
sealed class SimulationFailure(string message) : Exception(message);
