namespace Tapline.Models.Planning;

/// <summary>What becomes of a model when a package takes the place of the one that a lake was made by.</summary>
public enum PlannedState
{
    /// <summary>The lake has it by the same definition.</summary>
    Same,
    /// <summary>The lake has not got it: it is computed over all of its inputs.</summary>
    New,
    /// <summary>It is defined otherwise: it is computed over all of its inputs, and what differs is written.</summary>
    Changed,
    /// <summary>It reads a model that is new or changed: it follows where that one's rows differ.</summary>
    Downstream,
    /// <summary>The package has it no more: its table stays as it is.</summary>
    Gone,
}
