namespace Tapline.Models;

/// <summary>One relation that a model reads.</summary>
/// <param name="Name">The relation.</param>
/// <param name="Path">How its rows lead to the model's keys.</param>
public sealed record ModelInput(string Name, InputPath Path);
