"""`{{ count|grouped }}`: numbers in our own templates."""

from django import template

from ..dashboards.numbers import grouped

register = template.Library()
register.filter("grouped", grouped)
