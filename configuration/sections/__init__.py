"""The sections of the file, in the order in which what they add is added; what they remove goes the other way."""

from configuration.sections.grants import Grants
from configuration.sections.guard_rails import GuardRails
from configuration.sections.labels import Labels
from configuration.sections.notification_routes import NotificationRoutes
from configuration.sections.ownership_rules import OwnershipRulesSection
from configuration.sections.saved_tests import SavedTests
from configuration.sections.section import FileSection

SECTIONS: tuple[FileSection, ...] = (
    Labels(),
    Grants(),
    GuardRails(),
    SavedTests(),
    OwnershipRulesSection(),
    NotificationRoutes(),
)

__all__ = ["SECTIONS"]
