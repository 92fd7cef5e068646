namespace Tapline.Lakehouse.Delta.Actions;

/// <summary>Settings that a program or feature keeps with the table under its own name.</summary>
public sealed record DomainMetadata(string Domain, string Configuration, bool Removed);
